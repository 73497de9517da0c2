namespace SecretsService.SecretTypes;

/// <summary>The types that come with the service. Nobody can change them, and no type of an account can have one of their keys.</summary>
internal static class SystemTypes
{
    /// <summary>All of them, in the order of their keys.</summary>
    public static IReadOnlyList<SecretTypeDefinition> All { get; } =
    [
        Define("api-key", "API key", "A key for an API. The secret STRIPE is injected as STRIPE_API_KEY.", """
            {
              "type": "object",
              "properties": {
                "api_key": { "type": "string", "minLength": 1 }
              },
              "required": ["api_key"],
              "additionalProperties": false
            }
            """),
        Define("basic-auth", "User name and password", "The secret REGISTRY is injected as REGISTRY_USERNAME and REGISTRY_PASSWORD.", """
            {
              "type": "object",
              "properties": {
                "username": { "type": "string", "minLength": 1, "pattern": "^[^:]*$", "description": "Without a colon: RFC 7617." },
                "password": { "type": "string" }
              },
              "required": ["username", "password"],
              "additionalProperties": false
            }
            """),
        Define("database-url", "Database URL", "A connection URL with its scheme. The secret DATABASE is injected as DATABASE_URL.", """
            {
              "type": "object",
              "properties": {
                "url": { "type": "string", "pattern": "^[A-Za-z][A-Za-z0-9+.-]*:[^\\s]+$", "description": "For example postgres://user:password@host:5432/name" }
              },
              "required": ["url"],
              "additionalProperties": false
            }
            """),
        Define("oauth-client", "OAuth client", "The secret GITHUB is injected as GITHUB_CLIENT_ID, GITHUB_CLIENT_SECRET and so on.", """
            {
              "type": "object",
              "properties": {
                "client_id": { "type": "string", "minLength": 1 },
                "client_secret": { "type": "string", "minLength": 1 },
                "token_url": { "type": "string", "format": "uri" },
                "scopes": { "type": "string", "minLength": 1, "description": "Separated by spaces." }
              },
              "required": ["client_id", "client_secret"],
              "additionalProperties": false
            }
            """),
        Define("smtp", "SMTP server", "A server to send mail through. The secret MAIL is injected as MAIL_HOST, MAIL_PORT and so on.", """
            {
              "type": "object",
              "properties": {
                "host": { "type": "string", "minLength": 1, "pattern": "^[^\\s/]+$" },
                "port": { "type": "integer", "minimum": 1, "maximum": 65535 },
                "username": { "type": "string", "minLength": 1 },
                "password": { "type": "string" },
                "from": { "type": "string", "minLength": 1, "description": "The sender's address, with or without a name." },
                "encryption": { "enum": ["none", "starttls", "tls"] }
              },
              "required": ["host", "port"],
              "additionalProperties": false
            }
            """),
    ];

    /// <summary>A type by its key, or null where no type of the service has it.</summary>
    public static SecretTypeDefinition? Find(string key) => All.FirstOrDefault(type => type.Key == key);

    private static SecretTypeDefinition Define(string key, string name, string description, string schema) =>
        new(key, name, TypeInjection.Fields, TypeSchema.OfStored(schema).Json, description, IsSystem: true);
}
