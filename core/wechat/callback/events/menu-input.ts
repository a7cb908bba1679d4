import { Schema } from "effect"
import { answerable, inside, listOf, ofPerson, textOf } from "../received.ts"

/** Somebody scanned a code of anybody's from the menu. `waits`: the phone shows that an answer is on its way. */
export const CodeScanned = answerable(
  Schema.Struct({
    ...ofPerson("code-scanned"),
    key: Schema.String,
    /** `qrcode`, `barcode` … */
    kind: Schema.String,
    result: Schema.String,
    waits: Schema.Boolean
  }),
  ({ Event, EventKey, ScanCodeInfo }) => ({
    key: EventKey,
    kind: inside(ScanCodeInfo).ScanType,
    result: inside(ScanCodeInfo).ScanResult,
    waits: String(String(Event).toLowerCase() === "scancode_waitmsg")
  })
)

/** Somebody sends pictures from the menu; each comes as a message of its own too, by its MD5. */
export const PicturesChosen = answerable(
  Schema.Struct({
    ...ofPerson("pictures-chosen"),
    key: Schema.String,
    count: Schema.Int,
    md5: Schema.Array(Schema.String)
  }),
  ({ EventKey, SendPicsInfo }) => ({
    key: EventKey,
    count: inside(SendPicsInfo).Count,
    md5: listOf(inside(inside(SendPicsInfo).PicList).item).flatMap(({ PicMd5Sum }) =>
      typeof PicMd5Sum === "string" ? [PicMd5Sum] : []
    )
  })
)

/** Somebody chose a place from the menu, in degrees (GCJ-02). */
export const PlaceChosen = answerable(
  Schema.Struct({
    ...ofPerson("place-chosen"),
    key: Schema.String,
    latitude: Schema.Finite,
    longitude: Schema.Finite,
    scale: Schema.optionalKey(Schema.Finite),
    label: Schema.optionalKey(Schema.String),
    name: Schema.optionalKey(Schema.String)
  }),
  ({ EventKey, SendLocationInfo }) => {
    const { Label, Location_X, Location_Y, Poiname, Scale } = inside(SendLocationInfo)
    return {
      key: EventKey,
      latitude: Location_X,
      longitude: Location_Y,
      scale: textOf(Scale),
      label: textOf(Label),
      name: textOf(Poiname)
    }
  }
)
