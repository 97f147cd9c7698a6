/** What a model server says that its answer is. Names of media types are compared without regard to case (RFC 9110, 8.3.1). */
export const isEventStream = (type: string) => /^text\/event-stream\b/i.test(type);

export const isWebPage = (type: string) => /^(text\/html|application\/xhtml\+xml)\b/i.test(type);

/** `application/json`, and everything built upon it. */
export const isJson = (type: string) => /^[-\w.]+\/([-\w.]+\+)?json\b/i.test(type);
