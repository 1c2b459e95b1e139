import type { DescField, DescMessage } from "@bufbuild/protobuf";
import { ScalarType } from "@bufbuild/protobuf";

/** One step to a field: its name, a place in a list, or the member of a oneof. */
type Step = string | number | { readonly oneof: string; readonly member: string };

/** A field of a request, by its path, with a value that nobody should send. */
export interface HostileField {
  /** As `["messages", 0, "role"]`. */
  readonly path: readonly Step[];
  /** What is odd about the value, for the name of the case. */
  readonly label: string;
  readonly value: unknown;
}

const LONG = "a".repeat(20_000);

const TEXTS: readonly (readonly [string, string])[] = [
  ["empty", ""],
  ["20,000 × a", LONG],
  ["control characters", "\u0000\u0001\u001b[31m\r\n"],
  ["a lone name", "__proto__"],
  ["not in any alphabet", "🙈‮\u{10ffff}"],
];
const INTEGERS: readonly (readonly [string, number])[] = [
  ["0", 0],
  ["negative", -1],
  ["the least", -(2 ** 31)],
  ["the largest", 2 ** 31 - 1],
];
const LONGS: readonly (readonly [string, bigint])[] = [
  ["0", 0n],
  ["negative", -1n],
  ["the least", -(2n ** 63n)],
  ["the largest", 2n ** 63n - 1n],
  ["above what doubles hold", 2n ** 53n + 1n],
];
const DOUBLES: readonly (readonly [string, number])[] = [
  ["NaN", Number.NaN],
  ["infinite", Number.POSITIVE_INFINITY],
  ["negative", -1],
  ["huge", 1e308],
  ["tiny", 5e-324],
];
const DURATIONS: readonly (readonly [string, unknown])[] = [
  ["negative", { seconds: -1n, nanos: -1 }],
  ["of mixed signs", { seconds: 1n, nanos: -1 }],
  ["beyond its range", { seconds: 2n ** 62n, nanos: 0 }],
  ["with too many nanoseconds", { seconds: 0n, nanos: 2_000_000_000 }],
];
const TIMES: readonly (readonly [string, unknown])[] = [
  ["beyond its range", { seconds: 2n ** 62n, nanos: 0 }],
  ["with negative nanoseconds", { seconds: 0n, nanos: -1 }],
];
const STRUCTS: readonly (readonly [string, unknown])[] = [
  ["empty", {}],
  ["with NaN", { openai: { temperature: Number.NaN }, type: "object", n: Number.POSITIVE_INFINITY }],
  ["of another shape", { openai: 1, type: [] }],
  ["deep", deep(60)],
];

/** Hostile values for every field of a message, and of the messages in it down to `depth`. */
export function hostileFields(desc: DescMessage, depth: number): HostileField[] {
  return desc.fields.flatMap((field) => {
    const step = stepTo(field);
    const own = valuesOf(field).map(([label, value]) => ({ path: [step], label, value }));
    const nested = depth > 0 && field.message !== undefined && !isWellKnown(field.message);
    if (!nested) return own;
    const steps = field.fieldKind === "list" ? [step, 0] : [step];
    const inner = hostileFields(field.message!, depth - 1);
    return [...own, ...inner.map((one) => ({ ...one, path: [...steps, ...one.path] }))];
  });
}

function stepTo({ oneof, localName }: DescField): Step {
  return oneof === undefined ? localName : { oneof: oneof.localName, member: localName };
}

/** The path of a field as users write it. */
export function pathText(path: HostileField["path"]): string {
  return path.map((step) => (typeof step === "object" ? step.member : step)).join(".");
}

function valuesOf(field: DescField): readonly (readonly [string, unknown])[] {
  const single = singleValues(field);
  switch (field.fieldKind) {
    case "list": {
      const [, one] = single[0]!;
      return [
        ["empty", []],
        ["5,000 long", Array.from({ length: 5_000 }, () => one)],
        ...single.map(([label, value]) => [`with one ${label}`, [value]] as const),
      ];
    }
    case "map":
      return [
        ["empty", {}],
        ["of 5,000", Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`k${index}`, "v"]))],
        ["with an empty key", { "": "" }],
        ["with long texts", { [LONG]: LONG }],
      ];
    default:
      // An unset member of a oneof is the oneof unset, which the list's own cases have.
      return field.oneof === undefined ? [["missing", undefined], ...single] : single;
  }
}

function singleValues(field: DescField): readonly (readonly [string, unknown])[] {
  if (field.message !== undefined) {
    switch (field.message.typeName) {
      case "google.protobuf.Duration":
        return DURATIONS;
      case "google.protobuf.Timestamp":
        return TIMES;
      case "google.protobuf.Struct":
        return STRUCTS;
      default:
        return [["empty", {}]];
    }
  }
  if (field.enum !== undefined) return INTEGERS;
  return scalarValues(field.scalar!);
}

function scalarValues(scalar: ScalarType): readonly (readonly [string, unknown])[] {
  switch (scalar) {
    case ScalarType.STRING:
      return TEXTS;
    case ScalarType.BYTES:
      return [
        ["empty", new Uint8Array(0)],
        ["no picture", new Uint8Array(5_000).fill(0xff)],
      ];
    case ScalarType.BOOL:
      return [["true", true]];
    case ScalarType.DOUBLE:
      return DOUBLES;
    case ScalarType.INT64:
      return LONGS;
    case ScalarType.INT32:
      return INTEGERS;
    default:
      throw new Error(`no hostile values for scalar type ${scalar}`);
  }
}

function isWellKnown({ typeName }: DescMessage): boolean {
  return typeName.startsWith("google.protobuf.");
}

function deep(levels: number): unknown {
  let value: unknown = "end";
  for (let level = 0; level < levels; level++) value = { openai: value };
  return value;
}

/** A request with one value replaced; the objects and lists on the way are copied, or made where they are missing. */
export function withField(request: unknown, path: HostileField["path"], value: unknown): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (typeof step === "number") {
    const list = Array.isArray(request) ? [...request] : [];
    list[step] = withField(list[step], rest, value);
    return list;
  }
  const object = (request ?? {}) as Record<string, unknown>;
  if (typeof step === "string") return { ...object, [step]: withField(object[step], rest, value) };
  const set = object[step.oneof] as { case: string; value: unknown } | undefined;
  const inner = set?.case === step.member ? set.value : undefined;
  return { ...object, [step.oneof]: { case: step.member, value: withField(inner, rest, value) } };
}
