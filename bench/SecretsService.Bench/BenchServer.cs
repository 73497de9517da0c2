using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using SecretsService.Testing;

namespace SecretsService.Bench;

/// <summary>The real server, with one more path that answers a constant body: what the web server alone can do.</summary>
internal sealed class BenchServer : SecretsServer
{
    public const string ConstantPath = "/constant";

    public BenchServer() => With("Logging:LogLevel:Default", "None").With("Logging:LogLevel:Microsoft", "None");

    public static byte[] ConstantBody { get; set; } = [];

    protected override bool ChecksDeclaredStatuses => false;

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        base.ConfigureWebHost(builder);
        builder.ConfigureServices(services => services.AddSingleton<IStartupFilter>(new ConstantFilter()));
    }

    private sealed class ConstantFilter : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, following) =>
            {
                if (context.Request.Path != ConstantPath)
                {
                    return following(context);
                }

                context.Response.ContentType = "application/json; charset=utf-8";
                context.Response.ContentLength = ConstantBody.Length;
                return context.Response.Body.WriteAsync(ConstantBody).AsTask();
            });
            next(app);
        };
    }
}
