import { renderSVG } from "uqr"

/** A QR code as SVG, with the quiet border scanners need. */
export const qrSvg = (text: string): string => renderSVG(text, { ecc: "M", border: 2 })
