import { toJsonString } from "@bufbuild/protobuf";
import {
  type ListModelsResponse,
  ListModelsResponseSchema,
  type Model,
} from "../../gen/es/headway/v1/list_models_pb.js";
import { type ConnectionOptions, connect } from "./connection.ts";
import { explainRpcError } from "./explain-rpc-error.ts";
import { formatCount, formatLimit, formatNanoUsd } from "./format.ts";
import { type Column, formatTable } from "./table.ts";

const COLUMNS: readonly Column[] = [
  { title: "MODEL", align: "left" },
  { title: "STATE", align: "left" },
  { title: "CONTEXT", align: "right" },
  { title: "INPUT/M", align: "right" },
  { title: "OUTPUT/M", align: "right" },
  { title: "LIMITS", align: "left" },
];

/** Options of `headway models`. */
export interface ModelsOptions extends ConnectionOptions {
  /** Print the whole catalog as JSON. */
  readonly json?: boolean;
}

/** Prints the catalog. */
export async function modelsCommand(options: ModelsOptions): Promise<void> {
  const response = await connect(options)
    .listModels({})
    .catch((error: unknown) => {
      throw explainRpcError(error, options.address);
    });
  const text =
    options.json === true
      ? `${toJsonString(ListModelsResponseSchema, response, { prettySpaces: 2 })}\n`
      : describeModels(response);
  process.stdout.write(text);
}

/** The catalog as a table. */
function describeModels({ models }: ListModelsResponse): string {
  return formatTable(COLUMNS, models.map(describeModel));
}

function describeModel(model: Model): string[] {
  const { price, limits, contextWindow } = model;
  return [
    model.name,
    model.healthy ? "ready" : model.available ? "unhealthy" : "off",
    contextWindow === undefined ? "?" : formatCount(contextWindow),
    price === undefined ? "?" : formatNanoUsd(price.inputNanoUsdPerMillion),
    price === undefined ? "?" : formatNanoUsd(price.outputNanoUsdPerMillion),
    limits.map((limit) => `${formatCount(limit.amount)} ${formatLimit(limit)}`).join(", "),
  ];
}
