/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type { PagePart } from "./page-tree.ts";

/**
 * Runs in the page, to which its text is copied: it may use nothing from outside of itself but what it is given,
 * `bytes` to write sizes with. Draws the tree of the page's data, and lets keyboard, pointer and search move through
 * it.
 */
export function pageScript(bytes: (count: number) => string): void {
  interface Box {
    x: number;
    y: number;
    width: number;
    height: number;
  }
  interface Cell {
    part: PagePart;
    trail: PagePart[];
  }
  const element = <Kind extends HTMLElement>(id: string) => document.getElementById(id) as Kind;
  const map = element<HTMLDivElement>("map");
  const about = element<HTMLParagraphElement>("about");
  const trailLine = element<HTMLElement>("trail");
  const search = element<HTMLInputElement>("search");
  const results = element<HTMLUListElement>("results");
  const whole = JSON.parse(element("data").textContent ?? "") as PagePart;
  /** From the whole image to what fills the map now. */
  let trail: PagePart[] = [whole];
  const cells = new Map<HTMLElement, Cell>();

  const share = (size: number) => `${((100 * size) / whole.size).toFixed(1)} %`;
  const describe = (part: PagePart) =>
    part === whole ? bytes(whole.size) : `${part.name}: ${bytes(part.size)}, ${share(part.size)} of the image`;

  /** Places parts in rows as near to squares as they come (Bruls, Huizing and van Wijk: Squarified Treemaps). */
  function squares(parts: readonly PagePart[], box: Box, place: (part: PagePart, box: Box) => void): void {
    let rest = parts.filter(({ size }) => size > 0);
    let { x, y, width, height } = box;
    while (rest.length > 0) {
      const left = rest.reduce((total, { size }) => total + size, 0);
      const scale = (width * height) / left;
      const side = Math.min(width, height);
      let count = 0;
      let sum = 0;
      let worst = Number.POSITIVE_INFINITY;
      for (const { size } of rest) {
        const length = ((sum + size) * scale) / side;
        const ratio = Math.max(((rest[0]?.size ?? 0) * scale) / length ** 2, length ** 2 / (size * scale));
        if (ratio > worst) break;
        worst = ratio;
        sum += size;
        count++;
      }
      const row = rest.slice(0, count);
      rest = rest.slice(count);
      const depth = (sum * scale) / side;
      let at = 0;
      for (const part of row) {
        const length = (part.size * scale) / depth;
        if (width >= height) place(part, { x, y: y + at, width: depth, height: length });
        else place(part, { x: x + at, y, width: length, height: depth });
        at += length;
      }
      if (width >= height) {
        x += depth;
        width -= depth;
      } else {
        y += depth;
        height -= depth;
      }
    }
  }

  function drawParts(parts: readonly PagePart[], above: PagePart[], box: Box, into: HTMLElement, origin: string): void {
    squares(parts, box, (part, place) => {
      if (place.width < 3 || place.height < 3) return;
      const cell = document.createElement("div");
      const path = [...above, part];
      cells.set(cell, { part, trail: path });
      cell.className = "cell";
      cell.dataset.origin = part.origin ?? origin;
      cell.setAttribute("role", "treeitem");
      cell.setAttribute("aria-label", describe(part));
      cell.tabIndex = -1;
      cell.title = describe(part);
      cell.style.cssText = `left:${place.x}px;top:${place.y}px;width:${place.width}px;height:${place.height}px`;
      const hasName = place.width > 40 && place.height > 16;
      if (hasName) {
        const label = document.createElement("span");
        label.textContent = part.parts === undefined ? part.name.replace(/^.*\//, "") : part.name;
        cell.append(label);
      }
      into.append(cell);
      const inner = { x: 1, y: hasName ? 17 : 1, width: place.width - 4, height: place.height - (hasName ? 20 : 4) };
      if (part.parts !== undefined && inner.width > 8 && inner.height > 8 && above.length - trail.length < 2) {
        drawParts(part.parts, path, inner, cell, cell.dataset.origin);
      }
    });
  }

  function draw(): void {
    const focused = document.activeElement instanceof HTMLElement ? cells.get(document.activeElement)?.part : undefined;
    map.replaceChildren();
    cells.clear();
    const top = trail.at(-1) ?? whole;
    const origin = trail.find((part) => part.origin !== undefined)?.origin ?? "";
    const box = { x: 0, y: 0, width: map.clientWidth, height: map.clientHeight };
    drawParts(top.parts ?? [top], top.parts === undefined ? trail.slice(0, -1) : trail, box, map, origin);
    trailLine.replaceChildren(
      ...trail.map((part, index) => {
        const step = document.createElement("button");
        step.type = "button";
        step.textContent = part.name;
        step.addEventListener("click", () => show(trail.slice(0, index + 1)));
        return step;
      }),
    );
    about.textContent = describe(top);
    const [first] = map.children;
    if (first instanceof HTMLElement) first.tabIndex = 0;
    mark();
    const same = [...cells].find(([, { part }]) => part === focused)?.[0];
    if (focused !== undefined) (same ?? (first instanceof HTMLElement ? first : undefined))?.focus();
  }

  function show(next: PagePart[]): void {
    trail = next;
    draw();
  }

  /** Shows what the search finds: on the map, and the largest in a list. */
  function mark(): void {
    const text = search.value.trim().toLowerCase();
    const found: Cell[] = [];
    const look = (part: PagePart, above: PagePart[]) => {
      const path = [...above, part];
      if (above.length > 0 && part.name.toLowerCase().includes(text)) found.push({ part, trail: path });
      for (const inner of part.parts ?? []) look(inner, path);
    };
    if (text !== "") look(whole, []);
    const hits = new Set(found.map(({ part }) => part));
    map.classList.toggle("searching", text !== "");
    for (const [cell, { trail: path }] of cells)
      cell.classList.toggle(
        "hit",
        path.some((part) => hits.has(part)),
      );
    const largest = found.toSorted((one, other) => other.part.size - one.part.size).slice(0, 12);
    results.replaceChildren(
      ...largest.map(({ part, trail: path }) => {
        const item = document.createElement("li");
        const go = document.createElement("button");
        go.type = "button";
        go.textContent = `${bytes(part.size)}  ${part.name}`;
        go.addEventListener("click", () => show(part.parts === undefined ? path.slice(0, -1) : path));
        item.append(go);
        return item;
      }),
    );
    const total = found.length === 1 ? "1 match" : `${found.length} matches`;
    if (text !== "") about.textContent = found.length > largest.length ? `${total}, the largest below` : total;
  }

  function focus(cell: Element | null | undefined): void {
    if (!(cell instanceof HTMLElement) || !cells.has(cell)) return;
    for (const other of cells.keys()) other.tabIndex = -1;
    cell.tabIndex = 0;
    cell.focus();
  }

  const MOVES: Record<string, (cell: HTMLElement) => void> = {
    ArrowRight: (cell) => focus(cell.nextElementSibling),
    ArrowLeft: (cell) => focus(cell.previousElementSibling),
    ArrowDown: (cell) => focus([...cell.children].find((child) => child.classList.contains("cell"))),
    ArrowUp: (cell) => focus(cell.parentElement),
    Enter: (cell) => {
      const { part, trail: path } = cells.get(cell) ?? {};
      if (part?.parts !== undefined && path !== undefined) show(path);
    },
  };

  map.addEventListener("keydown", (event) => {
    const move = MOVES[event.key];
    if (move === undefined || !(event.target instanceof HTMLElement) || !cells.has(event.target)) return;
    event.preventDefault();
    move(event.target);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && event.target !== search) {
      event.preventDefault();
      search.focus();
    } else if (event.key === "Escape") {
      if (search.value !== "") search.value = "";
      else if (trail.length > 1) trail = trail.slice(0, -1);
      draw();
    }
  });
  const cellAt = (event: Event) =>
    event.target instanceof Element ? event.target.closest<HTMLElement>(".cell") : undefined;
  map.addEventListener("focusin", (event) => {
    const cell = cellAt(event);
    const part = cell ? cells.get(cell)?.part : undefined;
    if (part !== undefined) about.textContent = describe(part);
  });
  map.addEventListener("dblclick", (event) => {
    const cell = cellAt(event);
    if (cell) MOVES.Enter?.(cell);
  });
  map.addEventListener("click", (event) => focus(cellAt(event)));
  search.addEventListener("input", mark);
  new ResizeObserver(draw).observe(map);
  draw();
}
