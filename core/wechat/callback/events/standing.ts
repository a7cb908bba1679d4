import { Schema } from "effect"
import { ofAccount, ofPerson, received, textOf } from "../received.ts"

const certification: { readonly [event: string]: string } = {
  qualification_verify_success: "qualification verified",
  qualification_verify_fail: "qualification refused",
  naming_verify_success: "name verified",
  naming_verify_fail: "name refused",
  annual_renew: "renewal due",
  verify_expired: "expired"
}

/** Something about the account's certification. Its end takes the advanced abilities with it. */
export const CertificationChanged = received(
  Schema.Struct({
    ...ofAccount("certification-changed"),
    what: Schema.Literals([
      "qualification verified",
      "qualification refused",
      "name verified",
      "name refused",
      "renewal due",
      "expired"
    ]),
    /** UTC milliseconds: until when the certification holds, or when it ended. */
    expires: Schema.optionalKey(Schema.Int),
    reason: Schema.optionalKey(Schema.String)
  }),
  ({ Event, ExpiredTime, FailReason }) => ({
    what: certification[String(Event).toLowerCase()],
    expires: /^\d{10}$/.test(String(ExpiredTime)) ? `${ExpiredTime}000` : undefined,
    reason: textOf(FailReason)
  })
)

const sessions: { readonly [event: string]: string } = {
  kf_create_session: "begun",
  kf_close_session: "ended",
  kf_switch_session: "handed on"
}

/** A person of ours took up, ended or handed on a conversation. */
export const ServiceSessionChanged = received(
  Schema.Struct({
    ...ofPerson("service-session-changed"),
    what: Schema.Literals(["begun", "ended", "handed on"]),
    /** Who has it now, or had it at its end. */
    staff: Schema.optionalKey(Schema.String),
    /** Who had it before it was handed on. */
    before: Schema.optionalKey(Schema.String)
  }),
  ({ Event, FromKfAccount, KfAccount, ToKfAccount }) => ({
    what: sessions[String(Event).toLowerCase()],
    staff: textOf(ToKfAccount) ?? textOf(KfAccount),
    before: textOf(FromKfAccount)
  })
)
