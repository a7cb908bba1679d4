import { Schema } from "effect"
import { answerable, ofMessage, ofPerson, textOf } from "../received.ts"

/** Somebody sent a place, in degrees (GCJ-02, as on all Chinese maps). */
export const LocationReceived = answerable(
  Schema.Struct({
    ...ofMessage("location"),
    latitude: Schema.Finite,
    longitude: Schema.Finite,
    scale: Schema.optionalKey(Schema.Finite),
    label: Schema.optionalKey(Schema.String)
  }),
  ({ Label, Location_X, Location_Y, MsgId, Scale }) => ({
    messageId: MsgId,
    latitude: Location_X,
    longitude: Location_Y,
    scale: textOf(Scale),
    label: textOf(Label)
  })
)

/** Where a person is who agreed to tell, in degrees and metres; on entering the chat, or every five seconds. */
export const LocationReported = answerable(
  Schema.Struct({
    ...ofPerson("location-reported"),
    latitude: Schema.Finite,
    longitude: Schema.Finite,
    precision: Schema.optionalKey(Schema.Finite)
  }),
  ({ Latitude, Longitude, Precision }) => ({
    latitude: Latitude,
    longitude: Longitude,
    precision: textOf(Precision)
  })
)
