/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/** The page of the chart: shows the picture, and tells which place somebody wants to see. It runs in the panel, not in the extension. */

import type { FromPage, ToPage } from "./messages";

/** What is kept while the page is out of sight. */
interface State {
  /** How large the picture is drawn; 0: as wide as the panel, as long as it can be read and is no larger than it is. */
  readonly zoom: number;
  readonly left: number;
  readonly top: number;
}

declare function acquireVsCodeApi(): {
  postMessage(message: FromPage): void;
  getState(): State | undefined;
  setState(state: State): void;
};

const STEP = 1.25;
const SMALLEST = 0.2;
const LARGEST = 5;
/** As small as it is drawn by itself. */
const LEGIBLE = 0.65;

const code = acquireVsCodeApi();
const nonce = document.currentScript?.nonce ?? "";
const chart = element("chart");
const nothing = element("nothing");
const view = document.documentElement;
let { zoom, left, top } = code.getState() ?? { zoom: 0, left: 0, top: 0 };

window.addEventListener("message", ({ data }: MessageEvent<ToPage>) => {
  nothing.hidden = data.type !== "nothing";
  if (data.type === "nothing") {
    nothing.textContent = data.why;
    chart.replaceChildren();
    return;
  }
  const picture = new DOMParser().parseFromString(data.svg, "image/svg+xml").documentElement;
  // Its style is allowed by the word that only the extension knows.
  picture.querySelector("style")?.setAttribute("nonce", nonce);
  for (const place of picture.querySelectorAll("[data-file]")) {
    place.setAttribute("tabindex", "0");
    place.setAttribute("role", "button");
  }
  chart.replaceChildren(document.importNode(picture, true));
  draw();
  view.scrollTo(left, top);
});

document.addEventListener("click", ({ target }) => { reveal(target); });
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" || event.key === " ") {
    reveal(event.target);
  } else if (event.key === "+" || event.key === "=") {
    zoomTo(scale() * STEP);
  } else if (event.key === "-") {
    zoomTo(scale() / STEP);
  } else if (event.key === "0") {
    zoomTo(0);
  }
});
document.addEventListener("wheel", (event) => {
  if (event.ctrlKey || event.metaKey) {
    event.preventDefault();
    zoomTo(scale() * (event.deltaY < 0 ? STEP : 1 / STEP));
  }
}, { passive: false });
element("in").addEventListener("click", () => { zoomTo(scale() * STEP); });
element("out").addEventListener("click", () => { zoomTo(scale() / STEP); });
element("fit").addEventListener("click", () => { zoomTo(0); });
window.addEventListener("resize", draw);
document.addEventListener("scroll", () => {
  if (chart.firstElementChild !== null) {
    [left, top] = [view.scrollLeft, view.scrollTop];
    keep();
  }
});

code.postMessage({ type: "ready" });

function reveal(target: EventTarget | null): void {
  const place = target instanceof Element ? target.closest<SVGElement>("[data-file]") : null;
  const { file, line, column } = place?.dataset ?? {};
  if (file !== undefined) {
    code.postMessage({ type: "reveal", file, line: Number(line), column: Number(column) });
  }
}

/** The size that the picture has by itself. */
function size(): { readonly width: number; readonly height: number } {
  const [, , width = 1, height = 1] = (chart.firstElementChild?.getAttribute("viewBox") ?? "").split(" ").map(Number);
  return { width, height };
}

/** How large the picture is drawn. */
function scale(): number {
  return zoom === 0 ? Math.min(1, Math.max(view.clientWidth / size().width, LEGIBLE)) : zoom;
}

function zoomTo(wanted: number): void {
  zoom = wanted === 0 ? 0 : Math.min(Math.max(wanted, SMALLEST), LARGEST);
  draw();
  keep();
}

function draw(): void {
  const { width, height } = size();
  chart.firstElementChild?.setAttribute("width", String(width * scale()));
  chart.firstElementChild?.setAttribute("height", String(height * scale()));
}

function keep(): void {
  code.setState({ zoom, left, top });
}

function element(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) {
    throw new Error(`the page has no #${id}`);
  }
  return found;
}
