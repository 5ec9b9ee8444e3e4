// Scales and axes of the figures, as SVG.

// Read from a parsed element: the literal namespace is a URL, and the page must contain no URL.
const svgNamespace = new DOMParser().parseFromString("<svg></svg>", "text/html").querySelector("svg").namespaceURI;

function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(svgNamespace, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** About `number` round numbers between two. */
function ticks(low, high, number) {
  const rough = (high - low) / number;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) * power;
  const found = [];
  for (let place = Math.ceil(low / step - 1e-9); place * step <= high + step * 1e-9; place += 1) found.push(place * step);
  return found;
}

function tickText(value) {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential().replace("+", "");
  return String(Number(value.toPrecision(6)));
}

/** The range of values with a margin at both ends, also if all values are equal. */
function spread(values) {
  // Not Math.min(...values), which ends at some hundred thousand.
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) return [0, 1];
  const room = (high - low || Math.abs(high) || 1) * 0.06;
  return [low - room, high + room];
}

function scale([low, high], [from, to], logarithmic = false) {
  const position = logarithmic ? Math.log10 : (value) => value;
  const [start, end] = [position(low), position(high)];
  return (value) => from + ((position(value) - start) / (end - start)) * (to - from);
}

function logTicks(low, high) {
  const found = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
    const value = 10 ** power;
    if (value >= low * 0.999 && value <= high * 1.001) found.push(value);
  }
  return found.length > 1 ? found : ticks(low, high, 4);
}

/** Truncates a long label; the tooltip or the legend shows all of it. */
function shorten(text, length) {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

/** Horizontal grid lines with their numbers. */
function valueAxis(y, values, left, right) {
  return values.map((value) =>
    svg(
      "g",
      {},
      svg("line", { class: "rule", x1: left, x2: right, y1: y(value), y2: y(value) }),
      svg("text", { x: left - 6, y: y(value) + 4, "text-anchor": "end" }, tickText(value)),
    ),
  );
}
