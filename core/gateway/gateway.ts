import { Context, Duration, Effect, Layer } from "effect"
import { Customers } from "../customers/customers.ts"
import { followPushes } from "../customers/listening.ts"
import { AccountMoves } from "../customers/moving.ts"
import { Database } from "../database/database.ts"
import { insist } from "../database/insist.ts"
import { migrateUp } from "../database/migrator.ts"
import { Pseudonyms } from "../database/pseudonyms.ts"
import { Seal } from "../database/seal.ts"
import { rememberMode } from "../database/settings.ts"
import { Readiness } from "../http/readiness.ts"
import { Journal } from "../journal/journal.ts"
import { makeAnswerer } from "../legacy/answer.ts"
import { Connections } from "../legacy/connection/connections.ts"
import type { Inlet } from "../legacy/inlet.ts"
import type { Answerer } from "../legacy/message.ts"
import { type LoginServices, loginServices } from "../login/services.ts"
import type { LoginSettings } from "../login/settings.ts"
import { Fallback } from "../notices/fallback.ts"
import { MassMessages } from "../notices/mass.ts"
import { Messenger } from "../notices/messenger.ts"
import { Notices } from "../notices/notices.ts"
import { NoticeTemplates } from "../notices/proposing.ts"
import { BookKeeping, Books } from "../payments/books/books.ts"
import { Cashier } from "../payments/cashier.ts"
import { Complaints } from "../payments/complaints/complaints.ts"
import { Invitations } from "../payments/invitations.ts"
import { Ledger } from "../payments/ledger.ts"
import { Payments } from "../payments/payments.ts"
import { forgetWithdrawals } from "../payments/withdrawals.ts"
import type { Behaviour, Checked } from "../plugin/plugin.ts"
import { ShareCards } from "../sharing/share-cards.ts"
import { Shares } from "../sharing/shares.ts"
import { Stopping } from "../stopping.ts"
import { Events } from "../tasks/events.ts"
import { Tasks } from "../tasks/tasks.ts"
import type { Transport } from "../transport.ts"
import type { AccessTokens } from "../wechat/access-tokens.ts"
import type { Accounts } from "../wechat/accounts.ts"
import type { WechatApi } from "../wechat/api.ts"
import { Callbacks } from "../wechat/callback/callbacks.ts"
import { watchAccounts } from "../wechat/certification.ts"
import type { WechatHosts } from "../wechat/hosts.ts"
import { WechatPay } from "../wechat/pay/client.ts"
import { WechatComplaints } from "../wechat/pay/complaints/client.ts"
import { Merchants } from "../wechat/pay/merchants.ts"
import { WechatKeys, wechatKeysLayer } from "../wechat/pay/wechat-keys.ts"
import { wechatServices } from "../wechat/services.ts"
import type { SharedSecrets } from "../wechat/shared-secrets.ts"
import { type AccountSetup, accountSetup } from "./accounts.ts"
import { connect } from "./connections.ts"
import { inherit } from "./inherit.ts"
import { loginSetup } from "./login/setup.ts"
import { type PaySetup, paySetup } from "./merchants.ts"
import { coreMigrations } from "./migrations.ts"
import { sealKeyOf } from "./seal-key.ts"
import {
  type Configured,
  type GatewayConfig,
  type GatewaySettings,
  readConfig
} from "./settings.ts"

type Core =
  | Database
  | Seal
  | Pseudonyms
  | Journal
  | Tasks
  | Events
  | Transport
  | Accounts
  | WechatHosts
  | Customers
  | LoginServices
  | Shares
  | WechatApi
  | AccessTokens
  | SharedSecrets
  | Callbacks
  | WechatPay
  | Merchants
  | Ledger
  | Cashier
  | Invitations
  | Complaints
  | BookKeeping
  | Messenger
  | MassMessages
  | AccountMoves
  | NoticeTemplates
  | Readiness
  | Stopping
  | Connections

/** What a plugin has become: its declaration, the services its handlers need, and an answerer per inlet. */
export interface Running {
  readonly name: string
  readonly behaviour: Behaviour<Checked>
  readonly context: Context.Context<Checked>
  readonly inlets: ReadonlyArray<{ readonly inlet: Inlet<Checked>; readonly answer: Answerer }>
}

/** A gateway at work behind its doors. Whoever opens them, real sockets or a simulated world, finds the same things here. */
export interface Gateway {
  readonly settings: GatewaySettings
  readonly plugins: ReadonlyArray<Running>
  readonly context: Context.Context<Core>
  /** What was done to the tables at this start. */
  readonly migrated: ReadonlyArray<string>
}

/** Every migration of a deployment, in the order they are applied: the core's, then each plugin's as the configuration lists them. */
export const migrationsOf = (plugins: ReadonlyArray<Configured>) => [
  ...coreMigrations,
  ...plugins.flatMap(({ plugin }) => plugin.migrations)
]

/**
 * Starts a gateway: configuration, database, tables, services, plugins, unfinished business. Stops with everything that is wrong.
 * Its doors are not open yet; see `openDoors`.
 */
export const startGateway = Effect.fn("startGateway")(function* (config: GatewayConfig) {
  const { plugins: configured, settings } = yield* readConfig(config)
  const setup = {
    ...(yield* paySetup(settings)),
    ...(yield* accountSetup(settings)),
    login: yield* loginSetup(settings)
  }
  const sealKey = yield* sealKeyOf(settings)
  const ground = yield* Layer.build(
    Layer.mergeAll(Database.layer(settings.databaseUrl), Seal.layer(sealKey))
  )
  const migrated = yield* migrateUp(migrationsOf(configured)).pipe(Effect.provide(ground))
  yield* insist(rememberMode(settings.mode)).pipe(Effect.provide(ground))
  yield* insist(inherit).pipe(Effect.provide(ground))
  const outside = yield* Effect.context<Transport>()
  const services = yield* Layer.build(coreLayer(setup, settings)).pipe(Effect.provide(ground))
  const core = Context.mergeAll(outside, ground, services)
  const plugins = yield* Effect.forEach(configured, (one) => startPlugin(one, core))
  yield* takeUp.pipe(Effect.provide(core))
  return { settings, plugins, context: core, migrated } satisfies Gateway
})

const coreLayer = (
  {
    accounts,
    hosts,
    login,
    merchants,
    stores,
    url
  }: PaySetup & AccountSetup & { readonly login: LoginSettings["Service"] },
  { noticesPerDay }: GatewaySettings
) => {
  const ground = Layer.mergeAll(
    Readiness.layer(["doors", "recovery"]),
    Stopping.layer,
    Journal.layer,
    Tasks.layer,
    Pseudonyms.layer,
    wechatServices(accounts, hosts),
    WechatPay.layer(url),
    WechatComplaints.layer(url),
    Merchants.layer(merchants, stores)
  ).pipe(Layer.provideMerge(wechatKeysLayer(url)))
  const outward = Layer.provideMerge(Connections.layer, ground)
  const facts = Layer.provideMerge(Layer.merge(Events.layer, Customers.layer), outward)
  const pushes = Layer.effectDiscard(followPushes).pipe(
    Layer.provideMerge(Layer.provideMerge(Callbacks.layer, facts))
  )
  const people = Layer.provideMerge(
    Layer.merge(loginServices(login), Shares.layer(login.publicUrl)),
    pushes
  )
  const books = Layer.provideMerge(Ledger.layer, people)
  const messenger = NoticeTemplates.layer.pipe(
    Layer.provideMerge(Layer.provide(Messenger.layer(noticesPerDay), Fallback.layer))
  )
  const upper = Layer.mergeAll(
    Layer.provideMerge(
      Layer.mergeAll(Complaints.layer, BookKeeping.layer, Invitations.layer),
      Cashier.layer(login.publicUrl)
    ),
    messenger,
    MassMessages.layer,
    AccountMoves.layer
  )
  return Layer.provideMerge(upper, books)
}

const startPlugin = Effect.fn("startPlugin")(function* (
  { options, plugin }: Configured,
  core: Context.Context<Core>
) {
  const { name } = plugin
  const services = Layer.mergeAll(
    Payments.layer(name),
    Books.layer(name),
    Notices.layer(name),
    ShareCards.layer(name)
  )
  const lent = Context.merge(core, yield* Layer.build(services).pipe(Effect.provide(core)))
  yield* Messenger.use(({ declare }) => declare(name, plugin.notices)).pipe(Effect.provide(core))
  const behaviour = plugin.behaviour(options)
  const connected = yield* connect(name, behaviour, () => context).pipe(Effect.provide(core))
  const reach = Context.merge(lent, connected)
  const own = yield* Layer.build(plugin.layer(options)).pipe(Effect.provide(reach))
  const context: Context.Context<Checked> = Context.merge(reach, own)
  const inlets = yield* Effect.forEach(behaviour.inlets, (inlet) =>
    Effect.map(makeAnswerer(name, inlet), (answer) => ({ inlet, answer }))
  ).pipe(Effect.provide(context))
  for (const reaction of behaviour.on)
    yield* react(name, reaction, context).pipe(Effect.provide(core))
  return { name, behaviour, context, inlets } satisfies Running
})

/** Has the core do what a plugin does when something happens. */
const react = (
  name: string,
  reaction: Behaviour<Checked>["on"][number],
  context: Context.Context<Checked>
): Effect.Effect<void, never, Tasks | Events | Callbacks> => {
  if ("toldBy" in reaction) return Effect.void // its connection hears it
  if ("every" in reaction)
    return Tasks.use((tasks) =>
      tasks.every(
        `${name}: ${reaction.name}`,
        reaction.every,
        Effect.provide(reaction.run, context)
      )
    )
  if ("answers" in reaction)
    return Callbacks.use((callbacks) =>
      callbacks.answer(reaction.answers, (fact) => Effect.provide(reaction.handle(fact), context))
    )
  return Events.use((events) =>
    events.subscribe(name, reaction.event, (fact) => Effect.provide(reaction.handle(fact), context))
  )
}

/** Makes every unfinished attempt due and starts the worker. */
const takeUp = Effect.gen(function* () {
  const { recover, sweep } = yield* Cashier
  const tasks = yield* Tasks
  yield* insist(recover)
  const { ready, watch } = yield* Readiness
  yield* watch("database", yield* storing)
  yield* ready("recovery")
  yield* tasks.every("payments: sweep", Duration.seconds(30), sweep)
  const database = yield* Database
  yield* tasks.every(
    "payments: withdrawals",
    Duration.days(1),
    Effect.provideService(forgetWithdrawals, Database, database)
  )
  yield* tasks.every("complaints: look", Duration.hours(1), (yield* Complaints).look)
  const { refresh } = yield* WechatKeys
  const { all } = yield* Merchants
  yield* tasks.every("wechat pay: certificates", Duration.hours(12), refresh(all))
  const accounts = yield* Effect.context<Accounts | Database>()
  yield* tasks.every(
    "wechat: accounts",
    Duration.days(1),
    Effect.provideContext(watchAccounts, accounts)
  )
  yield* Effect.forkScoped(tasks.run)
})

/** Whether something can be stored now; only a write tells. */
const storing = Effect.map(Database, (database) =>
  database
    .write("readiness", async () => "ready")
    .pipe(
      Effect.timeoutOrElse({ duration: "2 seconds", orElse: () => Effect.succeed("slow") }),
      Effect.catchDefect(() => Effect.succeed("nothing can be stored"))
    )
)
