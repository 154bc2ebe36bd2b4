// Bookings of a ledger; a class that the bundler gives a short name.
export interface Booking {
  readonly account: string;
  readonly at: Date;
}

export class Ledger {
  readonly #bookings = new Set<Booking>(); // LEAK
  private booked = 0;

  public book(account: string): number {
    this.#bookings.add({ account, at: new Date() });
    return ++this.booked;
  }

  public get count(): number {
    return this.booked;
  }
}
