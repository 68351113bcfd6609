const { join } = require('node:path');

/** Stops the build of a stack that sends where a template is broken, or where its compiled form is not what it would become. */
module.exports = class Templates {
  constructor(serverless) {
    this.hooks = {
      'before:package:initialize': async () => {
        const handlers = Object.values(serverless.service.functions).map(({ handler }) => handler);
        if (!handlers.some((handler) => handler.startsWith('src/notifications/'))) return;
        const { BrokenTemplates, checkCompiled } = await import('./compile-templates.ts');
        try {
          await checkCompiled(join(serverless.serviceDir, 'src/notifications'));
        } catch (error) {
          if (!(error instanceof BrokenTemplates)) throw error;
          throw new serverless.classes.Error(error.message, 'BROKEN_TEMPLATES');
        }
      },
    };
  }
};
