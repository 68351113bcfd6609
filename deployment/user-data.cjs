/**
 * What becomes of tables and the user pool when their stack goes: in stages named prod… they stay, unless the very deployment that made
 * them failed, so that the next one can make them again.
 */
module.exports = async ({ resolveVariable }) =>
  (await resolveVariable('sls:stage')).startsWith('prod')
    ? { deleted: 'RetainExceptOnCreate', replaced: 'Retain' }
    : { deleted: 'Delete', replaced: 'Delete' };
