export function Home(_: { rest?: string; importId?: string }) {
  return null;
}
