/** What a template takes from outside. */
export interface Variables {
  /** Names that the template reads and does not bind itself. */
  readonly free: ReadonlySet<string>;
  /** `name` of each `labels.name`. */
  readonly labelSets: ReadonlySet<string>;
  /** True where every use of `name` prints it as it is: no filter, no condition, no capture. */
  onlyPrinted(name: string): boolean;
}

interface Node {
  readonly type: string;
  readonly [member: string]: unknown;
}

/** Names that the template language itself knows. */
const builtIn = new Set([
  'true',
  'false',
  'none',
  'True',
  'False',
  'None',
  'range',
  'namespace',
  'loop',
  'caller',
]);

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function nodesIn(value: unknown): readonly Node[] {
  if (Array.isArray(value)) return value.flatMap(nodesIn);
  if (value instanceof Map) return [...value].flatMap(nodesIn);
  return isNode(value) ? [value] : [];
}

/** How each kind of node uses its members; kinds not named read all of theirs. */
const uses: Readonly<Record<string, { prints?: string[]; reads?: string[]; binds?: string[] }>> = {
  Program: { prints: ['body'] },
  If: { reads: ['test'], prints: ['body', 'alternate'] },
  For: { binds: ['loopvar'], reads: ['iterable'], prints: ['body', 'defaultBlock'] },
  Set: { binds: ['assignee'], reads: ['value', 'body'] },
  Macro: { binds: ['name', 'args'], reads: ['body'] },
  CallStatement: { reads: ['call', 'body'], binds: ['callerArgs'] },
  KeywordArgumentExpression: { reads: ['value'] },
  TestExpression: { reads: ['operand'] },
  // The parser gives operators that are words (`and`, `not`, `in`) as identifiers.
  UnaryExpression: { reads: ['argument'] },
  BinaryExpression: { reads: ['left', 'right'] },
};

/** Walks a parsed template. A name bound anywhere in it (loop, set, macro) counts as bound everywhere in it. */
export function variablesOf(program: unknown): Variables {
  const read = new Set<string>();
  const computed = new Set<string>();
  const bound = new Set<string>();
  const labelSets = new Set<string>();

  const bind = (target: unknown): void => {
    for (const node of nodesIn(target)) {
      if (node.type === 'Identifier') bound.add(String(node.value));
      else if (node.type === 'TupleLiteral') bind(node.value);
      else if (node.type === 'KeywordArgumentExpression') {
        bind(node.key);
        visit(node.value, false);
      } else visit(node, false);
    }
  };
  const visit = (value: unknown, printing: boolean): void => {
    for (const node of nodesIn(value)) visitNode(node, printing);
  };
  const visitMember = ({ object, property, computed: byValue }: Node): void => {
    visit(object, false);
    if (byValue === true) visit(property, false);
    else if (
      isNode(object) &&
      object.type === 'Identifier' &&
      object.value === 'labels' &&
      isNode(property)
    ) {
      labelSets.add(String(property.value));
    }
  };
  const visitNode = (node: Node, printing: boolean): void => {
    if (node.type === 'Identifier') {
      read.add(String(node.value));
      if (!printing) computed.add(String(node.value));
    } else if (node.type === 'MemberExpression') {
      visitMember(node);
    } else if (node.type === 'FilterExpression' || node.type === 'FilterStatement') {
      visit(node.operand ?? node.body, false);
      if (isNode(node.filter)) visit(node.filter.args, false);
    } else {
      const { prints = [], reads, binds = [] } = uses[node.type] ?? {};
      for (const member of binds) bind(node[member]);
      for (const member of prints) visit(node[member], printing);
      const rest = uses[node.type] === undefined ? Object.keys(node) : (reads ?? []);
      for (const member of rest) visit(node[member], false);
    }
  };
  visit(program, true);

  const free = new Set([...read].filter((name) => !bound.has(name) && !builtIn.has(name)));
  return { free, labelSets, onlyPrinted: (name) => !computed.has(name) };
}
