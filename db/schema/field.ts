/** Fields that several kinds share, and metadata of fields beyond their type. */
import { z } from "zod";

export interface FieldMeta {
  /** The string refers to a resource of this kind, by name or alternate key. */
  ref?: string;
  /** `cascade`: the referrer is deleted together with its target. Default: the target can't be deleted. */
  whenGone?: "cascade";
  /** The target's parent is the referrer itself. */
  within?: "self";
  /** Why the field has no effect in this version. It is stored, and a write that sets it gets this text as a warning. */
  dormant?: string;
  /** Stored encrypted, and never returned. */
  writeOnly?: true;
  /** Values that people may try, with the reason why they are refused. */
  refused?: Readonly<Record<string, string>>;
}

/** Metadata by schema instance, for what zod can't express. Read it with `metaOf`, which looks through wrappers. */
export const fieldMeta = z.registry<FieldMeta>();

/** A DNS label (RFC 1123): the name of every resource. */
export const dnsLabel = z
  .string()
  .min(1, "must not be empty")
  .max(63, "must have at most 63 characters")
  .regex(
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
    "must be lower-case letters, digits and '-', starting and ending with a letter or digit",
  );

/** A reference to another resource. The target must exist, and can't be deleted unless `options` allow it. */
export function ref(kind: string, options: Pick<FieldMeta, "whenGone" | "within"> = {}) {
  return z
    .string()
    .min(1)
    .max(253)
    .register(fieldMeta, { ref: kind, ...options });
}

/** One key of a secret. */
export const secretKeyRef = z.strictObject({
  name: ref("secret").describe("The secret's name."),
  key: z.string().min(1).max(253).describe("The key within it."),
});

const labelName = "[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?";
const domainPart = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const labelKey = new RegExp(`^((?=[^/]{1,253}/)${domainPart}(\\.${domainPart})*/)?${labelName}$`);

/** As in Kubernetes: `team`, or `example.com/team`. */
export const isLabelKey = (text: string): boolean => labelKey.test(text);

/** Keys and values as in Kubernetes, for selectors. Every label that can be written can also be selected. */
export const labels = z.record(
  z
    .string()
    .regex(
      labelKey,
      "must be at most 63 letters, digits, '-', '_' and '.', begin and end with a letter or digit, and may have a prefix such as example.com/",
    ),
  z
    .string()
    .max(63, "must have at most 63 characters")
    .regex(
      new RegExp(`^(${labelName})?$`),
      "must be letters, digits, '-', '_' and '.', beginning and ending with a letter or digit",
    ),
);

export const description = z.string().max(1024).optional().describe("Description for people.");

/** http(s) only, without credentials. Stored as written. */
export const httpUrl = z
  .url({ protocol: /^https?$/, error: "must be an http or https URL" })
  .max(2048)
  .refine((u) => !/^[a-z]+:\/\/[^/?#]*@/i.test(u), "must not contain a user name or password: use a secret");

/** Metadata of a schema, through optional, default and other wrappers. */
export function metaOf(schema: z.core.$ZodType): FieldMeta {
  return fieldMeta.get(schema) ?? fieldMeta.get(unwrap(schema)) ?? {};
}

/** A schema and the schemas inside its wrappers: optional, nullable, default, readonly, prefault, pipe. */
export function* layers(schema: z.core.$ZodType): Generator<z.core.$ZodType, void> {
  let s = schema;
  for (;;) {
    yield s;
    if (
      s instanceof z.ZodOptional ||
      s instanceof z.ZodNullable ||
      s instanceof z.ZodDefault ||
      s instanceof z.ZodPrefault ||
      s instanceof z.ZodReadonly
    )
      s = s.unwrap();
    else if (s instanceof z.ZodPipe) s = s.in;
    else return;
  }
}

/** The schema inside all its wrappers. */
export function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  let innermost = schema;
  for (const layer of layers(schema)) innermost = layer;
  return innermost;
}
