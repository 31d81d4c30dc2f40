/** How a run cuts its rows. As the Python client does: an exchange is short, and a lost one costs little. */
export const batchBounds = { rows: 256, bytes: 4 << 20 };

/** Keeps several hundred requests going while the slowest row of the oldest batch is waited for. */
export const batchesAtOnce = 8;
