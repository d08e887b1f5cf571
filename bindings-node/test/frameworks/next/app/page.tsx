/** Rendered where it is built: what Next.js lets every cache keep. */
export default function Page() {
  return <h1>Phones</h1>;
}
