import { serve } from "../../shop";

export const dynamic = "force-dynamic";
export const GET = serve;
export const POST = serve;
