namespace SecretsService.Http;

/// <summary>A request header that a route takes: what OpenAPI says of it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it does and its limits. Markdown.</param>
/// <param name="MaxLength">The most characters that it may have; null where nothing but the server's own limit stands against more.</param>
internal sealed record RequestHeader(string Name, string Description, int? MaxLength = null);
