/** A file to be uploaded, with the texts that go beside it (multipart/form-data). */
export class Form {
  readonly file: File
  readonly texts: Readonly<Record<string, string>>

  constructor(file: File, texts: Readonly<Record<string, string>> = {}) {
    this.file = file
    this.texts = texts
  }
}

interface File {
  /** The form's field. */
  readonly field: string
  /** WeChat goes by its ending. */
  readonly name: string
  readonly type: string
  readonly bytes: Uint8Array
}

/** A name or text of ours that could end its line would begin a field of its own. */
const oneLine = (text: string) => text.replaceAll(/[\r\n"]/g, "_")

/** The form's bytes; `boundary` occurs in none of its parts. */
export const formBytes = ({ file, texts }: Form, boundary: string): Uint8Array => {
  const head = (field: string, more: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${oneLine(field)}"${more}\r\n\r\n`
  const named = `; filename="${oneLine(file.name)}"\r\nContent-Type: ${oneLine(file.type)}`
  return Buffer.concat([
    ...Object.entries(texts).map(([field, text]) => Buffer.from(`${head(field, "")}${text}\r\n`)),
    Buffer.from(head(file.field, named)),
    file.bytes,
    Buffer.from(`\r\n--${boundary}--\r\n`)
  ])
}
