/** kubectl's paths begin with what Kubernetes wraps a resource in; here nothing is wrapped. */
const WRAPPED = /\.(?:metadata|spec)\b/;

/** What to tell where a path found nothing, if it may have been for this. Pure. */
export const flatHint = (path: string): string | undefined =>
  WRAPPED.test(path)
    ? "Fields stand side by side here: .name and .model, not .metadata.name and .spec.model."
    : undefined;
