// TypeScript, run through tsx: the history of a workspace only grows.
import express, { type Request, type Response } from 'express';

interface Change {
  readonly workspace: string;
  readonly at: number;
}

abstract class Store<Item> {
  public constructor(protected readonly name: string) {}
  public abstract add(item: Item): number;
}

class History extends Store<Change> {
  private readonly limit: number = 1000;
  private readonly changes: Change[] = []; // LEAK

  public override add(change: Change): number {
    return this.changes.push(change) - this.limit;
  }
}

const history: History = new History('workspaces');
const app = express();
app.get('/', (_request: Request, response: Response) => response.json({ ok: true }));
app.get('/workspaces/:name', (request: Request, response: Response) =>
  response.json({ name: request.params.name }),
);
app.put('/workspaces/:name', (request: Request, response: Response) => {
  const over: number = history.add({ workspace: String(request.params.name), at: Date.now() });
  response.json({ over });
});
app.listen(Number(process.env.PORT), '127.0.0.1');
