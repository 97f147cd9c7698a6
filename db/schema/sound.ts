/** Whether PostgreSQL can hold the text: no NUL, well-formed Unicode. */
export const isSound = (text: string): boolean => !text.includes("\0") && text.isWellFormed();
