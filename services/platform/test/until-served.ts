import type { Answer } from '@pcft/testing';

/** Asks again while the answer is 503, as a client should: fifty calls at once may be more than the pool takes in time. */
export async function untilServed(ask: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    const answer = await ask();
    if (answer.status !== 503 || attempt === 10) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
