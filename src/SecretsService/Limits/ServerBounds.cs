using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using SecretsService.Http;

namespace SecretsService.Limits;

/// <summary>
/// What the web server takes of a connection. Most are its defaults, written down so that an upgrade does not move them. What breaks one is answered
/// by the server itself, before any code of the service sees it: 400, 408, 413, 414 or 431 without a body.
/// </summary>
internal sealed class ServerBounds(IOptions<LimitOptions> options) : IConfigureOptions<KestrelServerOptions>
{
    private const int HeaderBytes = 32_768;
    private const int HeaderCount = 64;
    private const int RequestLineBytes = 8_192;
    private const double BytesPerSecond = 240;

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan KeepAlive = TimeSpan.FromMinutes(2);

    public void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        var limits = kestrel.Limits;
        limits.MaxConcurrentConnections = options.Value.Connections;
        limits.MaxRequestLineSize = RequestLineBytes;
        limits.MaxRequestHeadersTotalSize = HeaderBytes;
        limits.MaxRequestHeaderCount = HeaderCount;
        limits.MaxRequestBodySize = RequestBody.LimitBytes;
        limits.MinRequestBodyDataRate = new MinDataRate(BytesPerSecond, Grace);
        limits.MinResponseDataRate = new MinDataRate(BytesPerSecond, Grace);
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(options.Value.HeadersTimeoutSeconds);
        limits.KeepAliveTimeout = KeepAlive;
    }
}
