namespace SecretsService.Http;

/// <summary>How routes are named in the log and in audit records.</summary>
internal static class RoutePatterns
{
    /// <summary>A route's pattern, which unlike the path that was sent holds nothing of a caller's; null where no route was found.</summary>
    public static string? Pattern(this Endpoint? route) => (route as RouteEndpoint)?.RoutePattern.RawText?.TrimEnd('/');
}
