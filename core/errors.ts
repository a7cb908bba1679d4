/**
 * What a caller may be told: a tagged error that names its own HTTP status. Its tag is the code on the wire.
 * Anything else a handler fails with is a defect and answers 500 without a word of its cause.
 */
export interface PublicError {
  readonly _tag: string
  readonly status: 400 | 401 | 403 | 404 | 409 | 410 | 413 | 422 | 429 | 502 | 503
  readonly message: string
}
