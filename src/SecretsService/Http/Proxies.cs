using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using IPNetwork = System.Net.IPNetwork;

namespace SecretsService.Http;

/// <summary>The reverse proxies in front of the service. Section <c>Proxies</c>.</summary>
internal sealed class ProxyOptions
{
    public const string Section = "Proxies";

    /// <summary>
    /// The addresses (<c>10.0.0.5</c>) and networks (<c>10.1.0.0/16</c>) of proxies. What these say in <c>X-Forwarded-For</c> and
    /// <c>X-Forwarded-Proto</c> is believed; what anybody else says there is not looked at.
    /// <value>Default: none, so that nobody is believed.</value>
    /// </summary>
    public IReadOnlyList<string> Known { get; init; } = [];
}

/// <summary>Refuses what is neither an address nor a network, and networks that everybody is in.</summary>
internal sealed class ProxyOptionsValidator(IConfiguration settings) : IValidateOptions<ProxyOptions>
{
    // What ASPNETCORE_FORWARDEDHEADERS_ENABLED is called once it is read.
    private const string TrustsEverybody = "ForwardedHeaders_Enabled";

    public ValidateOptionsResult Validate(string? name, ProxyOptions options)
    {
        var faults = options.Known.Select((proxy, index) => FaultOf(proxy) is { } fault ? $"Proxies:Known:{index} {fault}" : null).OfType<string>().ToList();
        if (!string.IsNullOrEmpty(settings[$"{ProxyOptions.Section}:{nameof(options.Known)}"]))
        {
            faults.Add("Proxies:Known is a list: name the first proxy as Proxies:Known:0.");
        }

        if (string.Equals(settings[TrustsEverybody], "true", StringComparison.OrdinalIgnoreCase))
        {
            faults.Add($"{TrustsEverybody} must not be set: it believes everybody about the address that a request comes from. Name the proxies in Proxies:Known.");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static string? FaultOf(string proxy) =>
        IPAddress.TryParse(proxy, out _) ? null
        : !IPNetwork.TryParse(proxy, out var network) ? "must be an address, for example 10.0.0.5, or a network, for example 10.1.0.0/16."
        : network.PrefixLength == 0 ? "is a network that everybody is in: name the addresses of the proxies."
        : null;
}

/// <summary>Finds out whose request it is that a proxy hands on.</summary>
internal static class Proxies
{
    /// <summary>
    /// Has requests carry the address and the scheme that known proxies say they came with: each hop of <c>X-Forwarded-For</c> from the right, as far as
    /// proxies are known. From there on a caller could have written anything.
    /// </summary>
    public static void UseProxies(this WebApplication app)
    {
        var known = app.Services.GetRequiredService<IOptions<ProxyOptions>>().Value.Known;
        if (known.Count == 0)
        {
            return;
        }

        var forwarded = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,
            ForwardLimit = null,
        };

        // Those that the framework believes by itself: whatever runs on this machine.
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var proxy in known)
        {
            if (IPAddress.TryParse(proxy, out var address))
            {
                forwarded.KnownProxies.Add(address);
            }
            else
            {
                forwarded.KnownIPNetworks.Add(IPNetwork.Parse(proxy));
            }
        }

        app.UseForwardedHeaders(forwarded);
    }

    /// <summary>
    /// Has an IPv4 address one spelling: a server that listens on IPv6 as well, as in a container, sees <c>::ffff:192.0.2.1</c> in place of it, and so would the
    /// audit trail.
    /// </summary>
    public static void UsePlainAddresses(this WebApplication app) => app.Use((context, next) =>
    {
        if (context.Connection.RemoteIpAddress is { IsIPv4MappedToIPv6: true } mapped)
        {
            context.Connection.RemoteIpAddress = mapped.MapToIPv4();
        }

        return next(context);
    });
}
