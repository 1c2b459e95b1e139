import type { Catalog } from "../catalog/catalog.ts";
import type { Config } from "../config/config.ts";

/** The configuration in force and the catalog that follows from it; both may be replaced while running. */
export class LiveConfig {
  #config: Config;
  #catalog: Catalog;
  readonly #onChange: (catalog: Catalog) => void;

  /** `onChange` is told of each new catalog, to put its limits, models and prices in force. */
  constructor(options: { config: Config; catalog: Catalog; onChange: (catalog: Catalog) => void }) {
    this.#config = options.config;
    this.#catalog = options.catalog;
    this.#onChange = options.onChange;
  }

  get config(): Config {
    return this.#config;
  }

  get catalog(): Catalog {
    return this.#catalog;
  }

  /** Puts another configuration and its catalog in force. */
  replace(config: Config, catalog: Catalog): void {
    this.#config = config;
    this.setCatalog(catalog);
  }

  /** Puts another catalog of the same configuration in force. */
  setCatalog(catalog: Catalog): void {
    this.#catalog = catalog;
    this.#onChange(catalog);
  }

  /** Says which model answers which kind of task from now on. */
  setTaskModels(taskModels: Config["routing"]["taskModels"]): void {
    this.#config = { ...this.#config, routing: { ...this.#config.routing, taskModels } };
  }
}
