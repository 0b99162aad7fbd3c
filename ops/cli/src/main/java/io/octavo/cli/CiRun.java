package io.octavo.cli;

import java.util.LinkedHashMap;
import java.util.Map;

/** The run of a CI system that this is part of, from the variables by which the usual ones tell. */
final class CiRun {
    private static final String COMMIT = "git.commit";
    private static final String RUN = "ci.run";

    private CiRun() {}

    /** Its commit and address as metadata; what isn't known is left out. */
    static Map<String, String> metadata(Map<String, String> environment) {
        Map<String, String> metadata = new LinkedHashMap<>();
        put(metadata, COMMIT, environment, "GITHUB_SHA", "CI_COMMIT_SHA", "GIT_COMMIT");
        String gitHubRun = environment.getOrDefault("GITHUB_RUN_ID", "");
        String server = environment.getOrDefault("GITHUB_SERVER_URL", "");
        String repository = environment.getOrDefault("GITHUB_REPOSITORY", "");
        if (gitHubRun.isEmpty()) {
            put(metadata, RUN, environment, "CI_PIPELINE_URL", "BUILD_URL");
        } else if (server.isEmpty() || repository.isEmpty()) {
            metadata.put(RUN, gitHubRun);
        } else {
            metadata.put(RUN, server + "/" + repository + "/actions/runs/" + gitHubRun);
        }
        return metadata;
    }

    private static void put(
            Map<String, String> metadata, String key, Map<String, String> environment, String... variables) {
        for (String variable : variables) {
            String value = environment.getOrDefault(variable, "");
            if (!value.isBlank()) {
                metadata.put(key, value);
                return;
            }
        }
    }
}
