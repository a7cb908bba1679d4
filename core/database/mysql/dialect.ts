import {
  type CreateTableNode,
  type Driver,
  Kysely,
  MysqlAdapter,
  MysqlIntrospector,
  MysqlQueryCompiler
} from "kysely"
import type { Sql } from "../engine.ts"

/** A handle whose statements take the way of a driver. `collation` is that of tables it creates. */
export const handle = (driver: Driver, collation: string): Sql =>
  new Kysely({
    dialect: {
      createAdapter: () => new MysqlAdapter(),
      createDriver: () => driver,
      createIntrospector: (sql) => new MysqlIntrospector(sql),
      createQueryCompiler: () => new Compiler(collation)
    }
  })

/** Tables are what ours must be, whatever the database's own habits are. */
class Compiler extends MysqlQueryCompiler {
  readonly #collation: string

  constructor(collation: string) {
    super()
    this.#collation = collation
  }

  protected override visitCreateTable(node: CreateTableNode): void {
    super.visitCreateTable(node)
    this.append(
      ` engine = InnoDB default character set = utf8mb4 default collate = ${this.#collation}`
    )
  }
}
