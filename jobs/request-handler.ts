/**
 * Of every AWS client of a job. The SDK would wait for an answer for ever, while the job renews its claim on the file. No
 * single request of ours takes minutes; a copy of 5 GiB takes one. A body's own silence is watched by `readObject`.
 */
export const requestHandler = { connectionTimeout: 10_000, requestTimeout: 300_000, throwOnRequestTimeout: true };
