/** The page's colours for both schemes, and its layout from phones to wide screens. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --text: #1c2430; --dim: #566070; --page: #fff; --line: #d4dae2; --cell: #0001;
  font: 15px/1.45 system-ui, sans-serif; color: var(--text); background: var(--page);
  --base: #b9c4d2; --apt: #e3a857; --python: #6fa8dc; --conda: #76b583; --source: #d98c9f; --files: #c4a3d8; --commands: #d6c25a; --other: #a9b0b8; }
@media (prefers-color-scheme: dark) { :root { --text: #e7ebf0; --dim: #a3adba; --page: #14181e; --line: #37404c; --cell: #fff1;
  --base: #46525f; --apt: #7d5a20; --python: #2f5d88; --conda: #33683f; --source: #83404f; --files: #65467a; --commands: #6d611f; --other: #4a5057; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 16px; max-width: 1500px; }
h1 { font-size: 1.25rem; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1rem; margin: 24px 0 8px; }
p { margin: 4px 0; }
.dim, #about { color: var(--dim); overflow-wrap: anywhere; }
#about { min-height: 1.5em; }
.bar { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; margin: 12px 0 4px; }
#search { font: inherit; color: inherit; background: transparent; border: 1px solid var(--line); border-radius: 6px; padding: 5px 9px; width: 19rem; max-width: 100%; }
#trail { display: flex; flex-wrap: wrap; gap: 2px; min-width: 0; }
button { font: inherit; color: inherit; background: none; border: 0; padding: 2px 4px; border-radius: 4px; cursor: pointer; text-align: left; overflow-wrap: anywhere; }
#trail button + button::before { content: "› "; color: var(--dim); }
button:hover { background: var(--cell); }
#map { position: relative; width: 100%; height: min(68vh, 760px); min-height: 380px; border: 1px solid var(--line); }
.cell { position: absolute; overflow: hidden; border: 1px solid var(--page); background: var(--other); }
.cell > span { position: absolute; left: 4px; right: 2px; top: 0; font-size: 11px; line-height: 16px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.cell:focus-visible, .cell:focus { outline: 3px solid var(--text); outline-offset: -3px; z-index: 1; }
${["base", "apt", "python", "conda", "source", "files", "commands"].map((origin) => `[data-origin=${origin}] { background: var(--${origin}); }`).join("\n")}
.cell .cell { filter: brightness(1.06); }
.searching > .cell:not(:has(.hit)):not(.hit), .searching .cell .cell:not(:has(.hit)):not(.hit) { opacity: .25; }
.hit { border-color: var(--text); }
#results { list-style: none; margin: 4px 0; padding: 0; columns: 22rem; }
.key { display: inline-block; width: .8em; height: .8em; margin-right: .4em; border-radius: 2px; }
.table { overflow-x: auto; }
table { border-collapse: collapse; min-width: 100%; }
th, td { text-align: left; padding: 3px 12px 3px 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
th { font-weight: 600; }
td.size { white-space: nowrap; text-align: right; font-variant-numeric: tabular-nums; }
`;
