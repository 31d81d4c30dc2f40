// Runs on any Node, to say in words what an old one would say in a stack trace.
const wanted = [24, 12];
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < wanted[0] || (major === wanted[0] && minor < wanted[1])) {
  console.error(
    `semtel needs Node ${wanted.join('.')} or later; this is ${process.versions.node}. ` +
      'npm ci brings it along as the package "node", unless install scripts are off: ' +
      'allow them for "node" (npm install-scripts approve node, or npm rebuild node), or install Node 24.',
  );
  process.exit(2);
}
