export function ImportList(_: { rest?: string; importId?: string }) {
  return null;
}
