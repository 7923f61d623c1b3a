/** What is known of one kind of value while a service is given its own. */
export interface Pool {
  name: string;
  /** Another service holds it. */
  isTaken(value: string): boolean;
  /** It was picked here in an earlier try, so that it may be exchanged for another. */
  isPicked(value: string): boolean;
  /** The service held it before this update, whatever the rules say today. */
  wasHeld(value: string): boolean;
  pick(value: string): void;
}
