/** From which web pages browsers may use the HTTP API: those of CORS_ORIGINS, or none. Tokens travel in a header, so no credentials. */
module.exports = async ({ resolveVariable }) => {
  const allowedOrigins = (await resolveVariable('env:CORS_ORIGINS')).split(',').filter(Boolean);
  if (allowedOrigins.length === 0) return false;
  return {
    allowedOrigins,
    allowedMethods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'If-Match', 'If-None-Match'],
    exposedResponseHeaders: ['ETag', 'Link', 'Location', 'Retry-After'],
    // Seconds.
    maxAge: 600,
  };
};
