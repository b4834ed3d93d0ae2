// Fills an empty lab server over its REST interface: what the tests and the recorded transcripts expect to find.
//   node seed.mjs BASE_URL      as the administrator of start.sh
// Nothing here is looked up first: the database is new (prepare.sh), and a refusal ends the script.
const base = process.argv[2];
const token = process.env.ADMIN_TOKEN ?? 'admin-static-token-0001';

async function call(method, path, body) {
  const response = await fetch(base + path, {
    method,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: body && JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) {
    throw Object.assign(new Error(`${method} ${path}: ${response.status} ${text.slice(0, 400)}`), { text });
  }
  return text ? JSON.parse(text).data : undefined;
}

const field = (name, type, meta = {}, schema = {}) => ({ field: name, type, meta, schema });
const integerKey = {
  field: 'id',
  type: 'integer',
  meta: { hidden: true, interface: 'input', readonly: true },
  schema: { is_primary_key: true, has_auto_increment: true },
};
const uuidKey = {
  field: 'id',
  type: 'uuid',
  meta: { hidden: true, readonly: true, interface: 'input', special: ['uuid'] },
  schema: { is_primary_key: true, length: 36, has_auto_increment: false },
};
const boolean = { special: ['cast-boolean'] };

async function makeCollections() {
  const make = (collection, meta, fields) => call('POST', '/collections', { collection, meta, schema: {}, fields });
  await make('messages', { icon: 'chat' }, [
    integerKey,
    field('text', 'text'),
    field('user', 'string'),
    field('date_created', 'timestamp', { special: ['date-created'], interface: 'datetime', readonly: true, hidden: true }),
  ]);
  await make('message_tags', {}, [integerKey, field('label', 'string')]);
  await make('secrets', {}, [integerKey, field('value', 'string')]);
  await make('announcements', {}, [integerKey, field('title', 'string')]);
  await make('site_settings', { singleton: true }, [
    integerKey,
    field('title', 'string'),
    field('maintenance', 'boolean', boolean, { default_value: false }),
  ]);
  // A key that is a uuid, a field that is required, and one field of every type.
  await make('devices', {}, [
    uuidKey,
    field('name', 'string', { required: true }, { is_nullable: false }),
    field('online', 'boolean', boolean),
    field('big', 'bigInteger'),
    field('amount', 'decimal', {}, { numeric_precision: 10, numeric_scale: 2 }),
    field('ratio', 'float'),
    field('meta', 'json', { special: ['cast-json'] }),
    field('labels', 'csv', { special: ['cast-csv'] }),
    field('day', 'date'),
    field('at', 'time'),
    field('seen', 'dateTime'),
    field('stamp', 'timestamp'),
    field('pin', 'hash', { special: ['hash', 'conceal'] }),
  ]);
}

async function makeRelations() {
  await call('POST', '/fields/messages', field('author', 'uuid', { special: ['m2o'], interface: 'select-dropdown-m2o' }));
  await call('POST', '/relations', {
    collection: 'messages',
    field: 'author',
    related_collection: 'directus_users',
    schema: { on_delete: 'SET NULL' },
    meta: { sort_field: null },
  });
  await call('POST', '/fields/message_tags', field('message', 'integer', { special: ['m2o'] }));
  await call('POST', '/fields/messages', field('tags', 'alias', { special: ['o2m'], interface: 'list-o2m' }, null));
  await call('POST', '/relations', {
    collection: 'message_tags',
    field: 'message',
    related_collection: 'messages',
    schema: { on_delete: 'SET NULL' },
    meta: { one_field: 'tags' },
  });
}

const rules = (collection, actions, more) =>
  actions.split(' ').map((action) => ({ collection, action, fields: ['*'], ...more }));

/** One person with a policy and a role of their own; gives the user's id. */
async function makeUser(policy, permissions, [user, first_name]) {
  const access = { name: policy, app_access: false, admin_access: false, permissions };
  const { id: policyId } = await call('POST', '/policies', access);
  const policies = { create: [{ policy: { id: policyId } }], update: [], delete: [] };
  const { id: role } = await call('POST', '/roles', { name: policy, policies });
  const account = { email: `${user}@example.com`, password: `${user}-pass-1`, token: `${user}-static-token-0001` };
  return (await call('POST', '/users', { ...account, first_name, status: 'active', role })).id;
}

async function makeUsers() {
  await makeUser('Public Posts', rules('messages', 'read create'), ['user', 'Uma']);
  const every = 'create read update delete';
  const editor = await makeUser(
    'Messages Editor',
    [
      ...rules('messages', every),
      ...rules('message_tags', every),
      ...rules('devices', every),
      ...rules('site_settings', 'read update'),
    ],
    ['editor', 'Ed'],
  );
  const policies = await call('GET', '/policies?limit=-1&fields=id,name');
  const everyone = policies.find(({ name }) => /public_label|^Public$/.test(name)).id;
  await call('POST', '/permissions', { policy: everyone, ...rules('announcements', 'read')[0] });
  return editor;
}

/** A user who sees some rows and some fields only: 12.x sells such rules, 11.x has them. */
async function makeRowRules() {
  const own = { fields: ['id', 'text'], permissions: { user: { _eq: 'own' } } };
  try {
    await makeUser('Own Messages', rules('messages', 'read', own), ['own', 'Owen']);
    return true;
  } catch (error) {
    if (!error.text?.includes('RESOURCE_RESTRICTED')) throw error;
    return false;
  }
}

async function makeItems(editor) {
  const tags = { create: [{ label: 'first' }, { label: 'seed' }], update: [], delete: [] };
  await call('POST', '/items/messages', [
    { text: 'Hello from the seed', user: 'seed', author: editor, tags },
    { text: 'Second message', user: 'seed' },
  ]);
  await call('PATCH', '/items/site_settings', { title: 'Lab', maintenance: false });
  await call('POST', '/items/announcements', { title: 'Open to everyone' });
  await call('POST', '/items/secrets', { value: 'not for the limited user' });
  await call('POST', '/items/devices', {
    name: 'pump-1',
    online: true,
    big: '9007199254740993',
    amount: '12.50',
    ratio: 0.1,
    meta: { a: [1, 2] },
    labels: ['x', 'y'],
    day: '2026-01-02',
    at: '03:04:05',
    seen: '2026-01-02T03:04:05',
    stamp: '2026-01-02T03:04:05Z',
    pin: '1234',
  });
}

await makeCollections();
await makeRelations();
const editor = await makeUsers();
await makeItems(editor);
const rowRules = await makeRowRules();
const { version } = await call('GET', '/server/info');
console.log(`Directus ${version}: seeded${rowRules ? '' : ', without row rules, which this version sells'}`);
