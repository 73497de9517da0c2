using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace SecretsService.Storage;

/// <summary>Makes the context for <c>dotnet ef</c>, which compares the model with the migrations and needs no database for it.</summary>
internal sealed class DesignTimeFactory : IDesignTimeDbContextFactory<SecretsDbContext>
{
    public SecretsDbContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<SecretsDbContext>().UseNpgsql("Host=none").Options);
}
