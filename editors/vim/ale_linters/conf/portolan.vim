" Description: Portolan, the language server for port numbers.

call portolan#define_ale_linter('conf')
