/** The same as `public-url.cjs` in the stack that has the HTTP API: nothing can import what it exports itself. */
module.exports = async ({ resolveVariable }) => {
  const given = await resolveVariable('env:PUBLIC_URL');
  return given || { 'Fn::GetAtt': ['HttpApi', 'ApiEndpoint'] };
};
