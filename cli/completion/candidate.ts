export interface Candidate {
  word: string;
  about?: string;
}
