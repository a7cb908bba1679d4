import { Clock, Effect, Random, Schema } from "effect"
import { type RawReply, type RawRequest, route, type Sql } from "#core"
import { LegacySandbox } from "./sandbox.ts"
import { billOf, setStatus, tables } from "./store.ts"

const base = "/K3Cloud/Kingdee.BOS.WebApi.ServicesStub"
const lives = 20 * 60_000

const said = (body: unknown, headers: Readonly<Record<string, string>> = {}): RawReply => ({
  status: 200,
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(body)
})

const ok = (number: string) =>
  status({
    ErrorCode: 0,
    IsSuccess: true,
    Errors: [],
    SuccessEntitys: [{ Id: 1, Number: number }],
    MsgCode: 0
  })
const no = (MsgCode: number, Message: string, FieldName: string | null = null) =>
  status({
    ErrorCode: 500,
    IsSuccess: false,
    Errors: [{ FieldName, Message, DIndex: 0 }],
    SuccessEntitys: [],
    MsgCode
  })
const status = (ResponseStatus: object) => ({ Result: { ResponseStatus } })
const lost = no(1, "会话信息已丢失，请重新登录")

const Login = Schema.fromJsonString(
  Schema.Struct({
    parameters: Schema.Tuple([Schema.String, Schema.String, Schema.String, Schema.Int])
  })
)

const Query = Schema.Struct({ FormId: Schema.String, FilterString: Schema.String })
const Save = Schema.Struct({ Model: Schema.Record(Schema.String, Schema.Unknown) })
const Numbers = Schema.Struct({ Numbers: Schema.Tuple([Schema.String]) })
const Asked = Schema.fromJsonString(
  Schema.Struct({ formid: Schema.String, data: Schema.Union([Query, Save, Numbers]) })
)
type Asked = typeof Asked.Type

const logIn = (request: RawRequest) =>
  LegacySandbox.use(({ database, password, user }) =>
    Effect.gen(function* () {
      const { parameters } = yield* Effect.orDie(
        Schema.decodeEffect(Login)(Buffer.from(request.body).toString())
      )
      if (parameters[1] !== user || parameters[2] !== password)
        return said({ Message: "用户名或密码错误", LoginResultType: -1, IsSuccessByAPI: false })
      const now = yield* Clock.currentTimeMillis
      const id = `${now}-${yield* Random.nextIntBetween(0, 2 ** 31)}`
      yield* database.write("sessions", (sql) =>
        tables(sql).insertInto("legacy_sandbox_sessions").values({ id, used_at: now }).execute()
      )
      return said(
        { Message: null, LoginResultType: 1, KDSVCSessionId: id, IsSuccessByAPI: true },
        { "set-cookie": `kdservice-sessionid=${id}; path=/` }
      )
    })
  )

/** Whether the session a request wears is one of ours and has been used lately; it is then used. */
const isKnown = async (sql: Sql, { headers }: RawRequest, now: number): Promise<boolean> => {
  const id = /kdservice-sessionid=([^;]+)/.exec(headers.cookie ?? "")?.[1] ?? ""
  const { numUpdatedRows } = await tables(sql)
    .updateTable("legacy_sandbox_sessions")
    .set({ used_at: now })
    .where("id", "=", id)
    .where("used_at", ">", now - lives)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

const forms = new Set(["AR_receivable", "SAL_SaleOrder"])

const save = async (sql: Sql, form: string, model: Readonly<Record<string, unknown>>) => {
  const number = model.FBillNo
  if (!forms.has(form)) return no(4, `业务对象${form}不存在`)
  if (typeof number !== "string" || number === "") return no(4, "单据编号必填", "FBillNo")
  const text = JSON.stringify(model)
  // Who is not in its customer list cannot owe anything.
  if (!/"FCUST(?:OMERID|Id)":\{"FNumber":"CUST/i.test(text))
    return no(4, "客户编码不存在", "FCUSTOMERID")
  if ((await billOf(sql, form, number)) !== undefined)
    return no(8, `违反字段唯一性要求：单据编号[${number}]已存在`, "FBillNo")
  await tables(sql)
    .insertInto("legacy_sandbox_bills")
    .values({ form, number, status: "A", model: text })
    .execute()
  return ok(number)
}

const move = async (sql: Sql, form: string, number: string, from: string, to: string) => {
  const bill = await billOf(sql, form, number)
  if (bill === undefined) return no(9, `单据${number}不存在`)
  if (bill.status !== from) return no(8, `单据${number}的状态不允许此操作`)
  await setStatus(sql, bill, to)
  return ok(number)
}

const query = async (sql: Sql, { FilterString, FormId }: typeof Query.Type) => {
  const number = /^FBillNo = '([^']*)'$/.exec(FilterString)?.[1]
  if (number === undefined) return [[no(4, "过滤条件语法错误")]]
  const bill = await billOf(sql, FormId, number)
  return bill === undefined ? [] : [[1, bill.number, bill.status]]
}

const act = (sql: Sql, call: string, { data, formid }: Asked) => {
  if ("FilterString" in data) return query(sql, data)
  if ("Model" in data) return save(sql, formid, data.Model)
  const [number] = data.Numbers
  return call === "Submit"
    ? move(sql, formid, number, "A", "B")
    : move(sql, formid, number, "B", "C")
}

const serve = (call: string) => (request: RawRequest) =>
  LegacySandbox.use(({ answer, database, faults }) =>
    answer(
      request,
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        const asked = yield* Effect.option(
          Schema.decodeEffect(Asked)(Buffer.from(request.body).toString())
        )
        return yield* database.write("kingdee", async (sql) => {
          const forget = faults.take("lost-session", request.target)
          if (forget !== undefined)
            await tables(sql).deleteFrom("legacy_sandbox_sessions").execute()
          if (!(await isKnown(sql, request, now)))
            return said(call === "ExecuteBillQuery" ? [[lost]] : lost)
          if (asked._tag === "None") return said(no(4, "参数格式错误"))
          if (faults.take("refuse", request.target) !== undefined)
            return said(no(4, "当前期间已关账"))
          return said(await act(sql, call, asked.value))
        })
      })
    )
  )

/** Kingdee K/3 Cloud's WebAPI, as far as bills go: everything inside HTTP 200. */
export const kingdeeRoutes = [
  route.raw("POST", `${base}.AuthService.ValidateUser.common.kdsvc`, (request) =>
    LegacySandbox.use(({ answer }) => answer(request, logIn(request)))
  ),
  ...["ExecuteBillQuery", "Save", "Submit", "Audit"].map((call) =>
    route.raw("POST", `${base}.DynamicFormService.${call}.common.kdsvc`, serve(call))
  )
]
