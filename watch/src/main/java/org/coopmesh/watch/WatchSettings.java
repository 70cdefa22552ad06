package org.coopmesh.watch;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Where figures are read.
 *
 * @param port 0: nowhere
 * @param address it listens here
 */
@Validated
@ConfigurationProperties("coopmesh.watch")
record WatchSettings(
        @Min(0) @Max(65_535) @DefaultValue("0") int port,
        @NotBlank @DefaultValue("127.0.0.1") String address) {}
