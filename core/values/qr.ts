import { renderSVG, renderUnicodeCompact } from "uqr"

/** A QR code as SVG, with the quiet border scanners need. */
export const qrSvg = (text: string): string => renderSVG(text, { ecc: "M", border: 2 })

/** A QR code for a terminal, two rows of modules in a line. */
export const qrTerminal = (text: string): string =>
  renderUnicodeCompact(text, { ecc: "L", border: 2 })
