import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:http2';
import { test } from 'node:test';
import { connectionWindowBytes, streamWindowBytes } from '../../src/server/bounds/windows.ts';
import { withServer } from './doors.ts';

test('a connection is offered the wide receive windows', async () => {
  await withServer({}, async ({ server }) => {
    const session = connect(`http://${server.address}`);
    await once(session, 'remoteSettings');
    assert.equal(session.remoteSettings.initialWindowSize, streamWindowBytes);
    assert.equal(session.remoteSettings.maxConcurrentStreams, 256);
    // The answer to a ping comes after the window update.
    await new Promise((resolve) => session.ping(resolve));
    assert.equal(session.state.remoteWindowSize, connectionWindowBytes);
    session.close();
  });
});
