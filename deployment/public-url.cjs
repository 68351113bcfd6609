/** Where people reach the API: what the operator says or, without that, the HTTP API's own address, which the api stack exports. */
module.exports = async ({ resolveVariable }) => {
  const given = await resolveVariable('env:PUBLIC_URL');
  return given || { 'Fn::ImportValue': `${await resolveVariable('self:custom.prefix')}-api-url` };
};
