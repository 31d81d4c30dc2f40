/** Widths below which the rows of a table become cards: about what its columns need. */
const wide = { jobs: 1220, endpoints: 860, errors: 620 } as const;

const cards = (kind: keyof typeof wide) => `
@media (max-width: ${wide[kind]}px) {
  .${kind}, .${kind} tbody, .${kind} tr, .${kind} td, .${kind} th[scope=row] { display: block; }
  .${kind} thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .${kind} caption { display: block; }
  .${kind} tr { display: grid; grid-template-columns: repeat(auto-fill, minmax(6.6rem, 1fr)); gap: .5rem .9rem;
    padding: .7rem 0; border-bottom: 1px solid var(--line); }
  .${kind} td, .${kind} th[scope=row] { padding: 0; border: 0; text-align: left; }
  .${kind} th[scope=row], .${kind} td:has(.words) { grid-column: 1 / -1; max-width: none; }
  .${kind} td::before { content: attr(data-head); display: block; white-space: normal; text-transform: lowercase; color: var(--faint); font-size: .78rem; }
  .${kind} td.zero, .${kind} td:has(.unknown) { display: none; }
}`;

/** Light and dark by the reader's setting; each text has a contrast of 4.5 or more to its ground. */
export const style = `
:root { color-scheme: light dark; --ground: #fbfbfa; --text: #1d2125; --faint: #5c646c; --line: #dfe2e5; --track: #e6e8ea;
  --good: #17754a; --wary: #8a5700; --bad: #b3261e; --rest: #6b737b; --used: #3767b0; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #14171a; --text: #e4e7ea; --faint: #98a2ab; --line: #2c3237; --track: #2c3237;
    --good: #5fce94; --wary: #e5b454; --bad: #ff8a80; --rest: #8d97a0; --used: #7ba7ea; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1500px; padding: 1.1rem 1.4rem 2rem; background: var(--ground); color: var(--text);
  font: 14px/1.4 system-ui, sans-serif; font-variant-numeric: tabular-nums; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .2rem 1.2rem; }
h1 { margin: 0; font-size: 1.15rem; }
.host { color: var(--faint); font-weight: 400; }
h2 { margin: 1.7rem 0 .1rem; color: var(--text); font-size: 1rem; }
a { color: inherit; }
nav { display: flex; gap: 1rem; color: var(--faint); }
#stale { color: var(--bad); font-weight: 600; }
dl { display: flex; flex-wrap: wrap; gap: .5rem 2rem; margin: .9rem 0 0; }
dl div { display: flex; flex-direction: column-reverse; }
dt { color: var(--faint); font-size: .82rem; }
dd { margin: 0; font-size: 1.35rem; line-height: 1.25; }
dd .mark { font-size: 1.1rem; }
table { width: 100%; border-collapse: collapse; font-size: .8125rem; }
caption { padding: 0 0 .4rem; text-align: left; color: var(--faint); font-size: .82rem; }
th, td { padding: .4rem 0 .4rem .5rem; text-align: left; vertical-align: top; font-weight: 400; }
th:first-child, td:first-child { padding-left: 0; }
tbody th, tbody td { border-top: 1px solid var(--line); }
thead th { padding-top: .1rem; padding-bottom: .25rem; vertical-align: bottom; color: var(--faint); font-size: .78rem; line-height: 1.2; }
.groups th { padding-bottom: 0; }
.groups span { display: block; border-bottom: 1px solid var(--line); color: var(--text); text-align: left; }
.start, :where(.errors) :is(th, td):nth-child(6) { padding-left: 1rem; }
thead th:not(:first-child), td { text-align: right; }
:is(.jobs, .endpoints, .errors) :is(th, td):nth-child(2), .errors :is(th, td):nth-child(n + 6) { text-align: left; }
th[scope=row] { min-width: 13rem; max-width: 22rem; overflow-wrap: anywhere; }
td .name, th .name { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 4; overflow: hidden; font-weight: 600; font-size: .875rem; }
.note { display: block; unicode-bidi: isolate; color: var(--faint); font-size: .82rem; }
.note.bad { color: var(--bad); }
.zero, .none, .unknown { color: var(--faint); }
.number, .mark { white-space: nowrap; }
.words { overflow-wrap: anywhere; unicode-bidi: isolate; }
.mark.good { color: var(--good); } .mark.wary { color: var(--wary); } .mark.bad { color: var(--bad); } .mark.rest { color: var(--rest); }
.bar { display: block; width: 100%; min-width: 3rem; max-width: 22rem; height: 4px; margin-top: .25rem; background: var(--track); border-radius: 2px; }
rect.good { fill: var(--good); } rect.bad { fill: var(--bad); } rect.rest { fill: var(--rest); } rect.used { fill: var(--used); }
footer { margin-top: 1.8rem; color: var(--faint); font-size: .82rem; }
${cards('jobs')}${cards('endpoints')}${cards('errors')}
@media (max-width: 620px) {
  body { padding: .9rem .9rem 1.5rem; }
  dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(6.6rem, 1fr)); gap: .5rem .9rem; }
}
`;
