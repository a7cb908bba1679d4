import { Schema } from "effect"

/** Why WeChat Pay says no: what it answers, and the number that its `Request-ID` ends in. */
export class Refused extends Schema.TaggedError<Refused>()("Refused", {
  status: Schema.Int,
  code: Schema.String,
  message: Schema.String,
  /** WeChat's internal number of the reason. */
  number: Schema.Int,
  detail: Schema.optionalKey(Schema.Unknown)
}) {}

/** Reasons whose number WeChat has not published. */
const unpublished = 268435456

const refusal =
  (status: number, code: string, message: string, number = unpublished) =>
  (detail?: unknown) =>
    new Refused({ status, code, message, number, ...(detail === undefined ? {} : { detail }) })

export const badSignature = refusal(401, "SIGN_ERROR", "错误的签名，验签失败", 268443699)
export const badAuthorization = refusal(
  401,
  "SIGN_ERROR",
  "Http头Authorization值格式错误，请参考签名规则",
  268443699
)
export const badTime = refusal(
  401,
  "SIGN_ERROR",
  "Http头Authorization中的timestamp与发起请求的时间不得超过5分钟",
  268443699
)
export const badSerial = refusal(
  401,
  "SIGN_ERROR",
  "商户证书序列号有误。请使用签名私钥匹配的证书序列号",
  268443699
)

export const wrongWechatKey = refusal(
  400,
  "INVALID_REQUEST",
  "Wechatpay-Serial有误，请使用商户可用的平台证书序列号或微信支付公钥ID"
)
export const wrongMerchant = refusal(
  400,
  "INVALID_REQUEST",
  "Http头Authorization中的mchid与请求参数中的mchid不一致",
  268447843
)
export const notJson = refusal(400, "PARAM_ERROR", "请求报文不是合法的JSON", 268435461)
export const emoji = refusal(400, "PARAM_ERROR", "请求参数仅支持1至3字节的UTF-8字符", 268435461)
export const unknownKeys = refusal(
  400,
  "PARAM_ERROR",
  "请求中含有未在API文档中定义的参数",
  270924358
)
export const wrongAppid = refusal(
  400,
  "APPID_MCHID_NOT_MATCH",
  "appid和mch_id不匹配，请检查后再试",
  268445527
)
/** A merchant's own interface, called by a partner. */
export const noAuthority = refusal(403, "NO_AUTH", "商户号该产品权限未开通，请前往商户平台开通")
export const noPartner = refusal(403, "NO_AUTH", "特约商户与服务商没有受理关系", 268443701)
export const wrongOpenid = refusal(500, "OPENID_MISMATCH", "openid和appid不匹配", 268501013)
export const badParameter = (pointer: string, issue: string, value: unknown, location = "body") =>
  refusal(
    400,
    "PARAM_ERROR",
    `输入源“/${location}${pointer}”规则校验失败，${issue}`,
    268435461
  )({
    field: pointer,
    value,
    issue,
    location
  })

export const tooOften = refusal(429, "FREQUENCY_LIMITED", "频率限制，请稍后重试", 268447840)
export const systemError = refusal(500, "SYSTEM_ERROR", "系统异常，请稍后重试")
export const bankError = refusal(500, "BANK_ERROR", "银行系统异常，请查询订单状态后再试")

export const orderUnknown = refusal(404, "ORDER_NOT_EXIST", "订单不存在", 268512771)
export const orderPaid = refusal(400, "ORDER_PAID", "该订单已支付", 268449538)
export const orderClosed = refusal(400, "ORDER_CLOSED", "订单已关闭", 268447914)
export const changedReentry = refusal(400, "INVALID_REQUEST", "201 商户订单号重复", 268498688)
export const reverseInstead = refusal(
  400,
  "INVALID_REQUEST",
  "付款码支付订单不支持关单，请使用撤销订单",
  268449641
)

/** Also said of a code that was used: WeChat does not tell the two apart. */
export const codeInvalid = refusal(400, "AUTH_CODE_INVALID", "101 付款码已过期，请刷新再试")
export const notWechatCode = refusal(400, "AUTH_CODE_INVALID", "请扫描微信支付付款码")
export const payerCannotPay = refusal(403, "NOT_ENOUGH", "用户余额不足，请换卡支付")

export const notReversible = refusal(400, "INVALID_REQUEST", "该订单不支持撤销")
export const reversalTooEarly = refusal(400, "INVALID_REQUEST", "支付后15秒内不能撤销，请稍后重试")
export const reversalTooLate = refusal(
  400,
  "REVERSE_EXPIRE",
  "订单已超过7天，不能撤销，请使用申请退款"
)
export const payerIsTyping = refusal(400, "USER_PAYING", "正在支付中，请稍后重试")

export const notRefundable = refusal(404, "RESOURCE_NOT_EXISTS", "订单不存在或未支付", 268512771)
export const refundUnknown = refusal(404, "RESOURCE_NOT_EXISTS", "退款单不存在", 268512771)
export const refundChanged = refusal(
  400,
  "INVALID_REQUEST",
  "订单金额或退款金额与之前请求不一致，请核实后再试",
  268498688
)
export const refundExceeds = refusal(400, "INVALID_REQUEST", "申请退款金额大于订单可退金额")
export const fullyRefunded = refusal(400, "INVALID_REQUEST", "订单已全额退款")
export const refundTooLate = refusal(400, "INVALID_REQUEST", "订单已超过可退款的最大期限")
export const tooManyRefunds = refusal(400, "INVALID_REQUEST", "同一笔订单最多支持50次部分退款")
export const refundTooSoon = refusal(
  429,
  "FREQUENCY_LIMITED",
  "同一笔订单的多次退款请间隔1分钟后再试",
  268447840
)
export const merchantBalance = refusal(403, "NOT_ENOUGH", "基本账户余额不足，请充值后重新发起")

export const complaintUnknown = refusal(404, "RESOURCE_NOT_EXISTS", "投诉单不存在")
export const complaintOver = refusal(400, "INVALID_REQUEST", "投诉单已处理完成")
export const noUrl = refusal(404, "RESOURCE_NOT_EXISTS", "投诉通知回调地址不存在")

export const notAbnormal = refusal(
  400,
  "INVALID_REQUEST",
  "退款单状态不是退款异常，不能发起异常退款"
)
export const payOutChanged = refusal(400, "INVALID_REQUEST", "退款单号与商户退款单号不匹配")
export const noStatement = refusal(400, "NO_STATEMENT_EXIST", "账单文件不存在")
export const statementCreating = refusal(400, "STATEMENT_CREATING", "账单生成中，请稍后再试")
export const urlExpired = refusal(400, "PARAM_ERROR", "下载地址无效或已过期", 268435461)

export const noCertificates = refusal(
  404,
  "RESOURCE_NOT_EXISTS",
  "无可用的平台证书，请在商户平台-API安全申请使用微信支付公钥。"
)
export const cannotOpen = refusal(
  400,
  "PARAM_ERROR",
  "敏感字段解密失败，请检查加密所用的平台证书或微信支付公钥",
  268435461
)
