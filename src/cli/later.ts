/** Commands that the contract names and this version does not have, with what they will do. */
export const laterCommands: Readonly<Record<string, string>> = {
  eval: 'comparing answers with gold labels',
  sweep: 'trying variants of a prompt',
  report: 'summarising an output',
};
