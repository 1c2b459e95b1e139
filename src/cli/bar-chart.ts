/** A bar and what stands beside it. */
export interface Bar {
  readonly label: string;
  /** 0 or more; bars are drawn in proportion. */
  readonly value: number;
  /** The value for people. */
  readonly text: string;
}

/** How a chart is drawn. */
export interface BarChartOptions {
  /** Columns of the terminal; below 40 the lines are 40 wide. */
  readonly width: number;
  readonly hasColor: boolean;
}

const LEAST_WIDTH = 40;
const GAP = "  ";
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"] as const;
const CYAN = "\u001b[36m";
const PLAIN = "\u001b[39m";

/** Horizontal bars, one a line, the longest as long as the width allows; ends with a new line. */
export function barChart(bars: readonly Bar[], { width, hasColor }: BarChartOptions): string {
  const lineWidth = Math.max(LEAST_WIDTH, width);
  const textWidth = Math.max(...bars.map(({ text }) => text.length));
  const widest = Math.max(...bars.map(({ label }) => label.length));
  const labelWidth = Math.min(widest, Math.floor(lineWidth * 0.4));
  const barWidth = Math.max(1, lineWidth - labelWidth - textWidth - 2 * GAP.length);
  const most = Math.max(...bars.map(({ value }) => value));
  const lines = bars.map(({ label, value, text }) => {
    const bar = drawBar(most === 0 ? 0 : value / most, barWidth);
    const padding = " ".repeat(barWidth - bar.length);
    const colored = hasColor && bar !== "" ? `${CYAN}${bar}${PLAIN}` : bar;
    return [cut(label, labelWidth).padEnd(labelWidth), colored + padding, text.padStart(textWidth)].join(GAP);
  });
  return `${lines.join("\n")}\n`;
}

/** To an eighth of a character; what is not nothing is at least that. */
function drawBar(part: number, width: number): string {
  const eighths = part === 0 ? 0 : Math.max(1, Math.round(part * width * 8));
  return "█".repeat(eighths >> 3) + EIGHTHS[eighths & 7];
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
