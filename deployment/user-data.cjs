/** What becomes of tables and the user pool when their stack goes: in stages named prod… they stay. */
module.exports = async ({ resolveVariable }) =>
  (await resolveVariable('sls:stage')).startsWith('prod') ? 'Retain' : 'Delete';
