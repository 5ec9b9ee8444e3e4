// What all parts of the page share: the data, the selection, and the redrawing of parts when the selection changes.
"use strict";

const data = JSON.parse(document.getElementById("data").textContent);
const everyRun = data.runs.map((_, run) => run);
const chosen = { tests: [], colour: "", means: false, marked: new Set() };
const collator = new Intl.Collator("en", { numeric: true });
const views = [];

document.documentElement.classList.add("script");

/** Draws a part of the page when it comes near the window, and again when the selection has changed. */
function view(element, draw) {
  let stale = true;
  let near = false;
  const update = (always) => {
    if (stale && (near || always)) {
      stale = false;
      draw();
      showMarks(element);
    }
  };
  new IntersectionObserver(
    (entries) => {
      near = entries[entries.length - 1].isIntersecting;
      update(false);
    },
    { rootMargin: "600px" },
  ).observe(element);
  views.push({
    spoil: () => {
      stale = true;
      update(false);
    },
    finish: () => update(true),
  });
}

function redraw() {
  views.forEach((one) => one.spoil());
}

function isVisible(run) {
  return chosen.tests.every((test) => test(data.runs[run].text));
}

/** Tests whether a text contains a word. A word that is a whole setting of some run, such as seed=1, does not match seed=10. */
function wordTest(word) {
  const asSetting = (text) => ` ${text} `.includes(` ${word} `) || `${text} `.includes(`.${word} `);
  const isSetting = word.includes("=") && data.runs.some((run) => asSetting(run.text));
  return isSetting ? asSetting : (text) => text.includes(word);
}

function visibleRuns() {
  return everyRun.filter(isVisible);
}

/** The values of a setting: sorted if all are numbers, otherwise in the order of the runs. */
function levels(setting) {
  const values = [...new Set(data.settings[setting].filter((value) => value !== null))];
  return isNumeric(setting) ? values.sort((a, b) => a - b) : values;
}

function isNumeric(setting) {
  const values = data.settings[setting].filter((value) => value !== null);
  return values.length > 0 && values.every((value) => value.trim() !== "" && Number.isFinite(Number(value)));
}

function colours(setting) {
  const names = setting ? levels(setting) : [];
  const wheel = (place) => `hsl(${Math.round((360 * place) / names.length)} 62% 52%)`;
  return new Map(names.map((name, place) => [name, names.length > data.colours.length ? wheel(place) : data.colours[place]]));
}

/** A function from run to colour, by the chosen setting. */
function colouring() {
  const known = colours(chosen.colour);
  return (run) => (chosen.colour && known.get(data.settings[chosen.colour][run])) || data.colours[0];
}

/** Formats a number as Measure.text does in Python, for columns and means that only the selection in the browser decides. */
function numberText(value, metric) {
  if (value === null || Number.isNaN(value)) return "–";
  if (metric.unit === "dB" && Math.abs(value) > 100) return value > 0 ? "∞" : "-∞";
  return digits(value, metric);
}

/** Formats a finite number of any size; whole numbers have commas. */
function digits(value, metric) {
  // Python rounds a half to the even neighbour, and means of whole numbers often end in a half.
  const whole = { maximumFractionDigits: 0, roundingMode: "halfEven" };
  const text = metric.decimals === 0 ? value.toLocaleString("en", whole) : value.toFixed(metric.decimals);
  return /^-0\.?0*$/.test(text) ? text.slice(1) : text;
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Makes an element; children that are strings become text, never markup. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

function fillSelect(select, options, value) {
  select.replaceChildren(...options.map(([key, title]) => make("option", { value: key }, title)));
  select.value = value;
}

/** Marks runs, or removes the marks if all of them are marked. */
function toggleMarks(runs) {
  const all = runs.every((run) => chosen.marked.has(run));
  runs.forEach((run) => (all ? chosen.marked.delete(run) : chosen.marked.add(run)));
  showMarks(document);
  document.dispatchEvent(new Event("marks"));
}

function showMarks(within) {
  for (const element of within.querySelectorAll("[data-run]")) {
    const on = element.dataset.run.split(" ").every((run) => chosen.marked.has(Number(run)));
    element.classList.toggle("marked", on);
    element.querySelector("[aria-pressed]")?.setAttribute("aria-pressed", on);
  }
}

const tip = document.getElementById("tip");

function showTip(event, text) {
  tip.textContent = text;
  tip.hidden = false;
  const box = tip.getBoundingClientRect();
  tip.style.left = `${Math.max(4, Math.min(event.clientX + 12, innerWidth - box.width - 8))}px`;
  tip.style.top = `${Math.max(4, event.clientY - box.height - 10)}px`;
}

function hideTip() {
  tip.hidden = true;
}

function showLegend() {
  const entries = [...colours(chosen.colour)].map(([name, colour]) => {
    const entry = make("span", {}, name);
    entry.style.setProperty("--level", colour);
    return entry;
  });
  document.getElementById("legend").replaceChildren(...entries);
}

function showCount() {
  const number = visibleRuns().length;
  const all = data.runs.length;
  const runs = all === 1 ? "1 run" : `${all} runs`;
  document.getElementById("count").textContent = number === all ? runs : `${number} of ${runs}`;
}

/** Hides the runs that the filter excludes in the section of runs and commands. */
function filterFacts() {
  for (const row of document.querySelectorAll("#runs tr[data-run]")) row.hidden = !isVisible(Number(row.dataset.run));
}

/** A setting with few values that is not the seed; preferably not numeric. */
function defaultColour() {
  const few = Object.keys(data.settings).filter((name) => name !== "seed" && levels(name).length <= data.colours.length);
  return few.find((name) => !isNumeric(name)) ?? few[0] ?? "";
}

chosen.colour = defaultColour();
fillSelect(
  document.getElementById("colour"),
  [["", "nothing"], ...Object.keys(data.settings).map((name) => [name, name])],
  chosen.colour,
);
document.getElementById("colour").addEventListener("change", (event) => {
  chosen.colour = event.target.value;
  showLegend();
  redraw();
});
document.getElementById("filter").addEventListener("input", (event) => {
  chosen.tests = event.target.value.toLowerCase().split(/\s+/).filter(Boolean).map(wordTest);
  showCount();
  filterFacts();
  redraw();
});
document.addEventListener("click", (event) => {
  const point = event.target.closest("svg [data-run], [aria-pressed]");
  if (point) toggleMarks(point.closest("[data-run]").dataset.run.split(" ").map(Number));
});
addEventListener("resize", redraw);
addEventListener("beforeprint", () => views.forEach((one) => one.finish()));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
showLegend();
showCount();
