package io.octavo.client;

/** What there is of libraries that this one can do without. */
final class ClassPath {
    private ClassPath() {}

    /** Whether there is a class of this name; doesn't load it. */
    static boolean has(String name) {
        try {
            Class.forName(name, false, ClassPath.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }
}
